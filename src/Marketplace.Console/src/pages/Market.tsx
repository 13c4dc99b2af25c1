import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import { answer, api, everything, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { Chart } from '../components/Chart'
import { DataTable } from '../components/DataTable'
import { MonthFilter } from '../components/dayFilters'
import { ChoiceFilter, useFilter } from '../components/filters'
import { Figures, Loaded, PageBody, Panel } from '../components/layout'
import { useT } from '../i18n/i18n'
import { labelOf } from '../i18n/labels'
import { accelerators, provinceOf, provinceOptions } from './lists'

export default function Market() {
  const t = useT()
  return (
    <PageBody title={t('Market figures')} subtitle={t('Of whole months, and only where three parties or more stand behind a figure.')}>
      <Statistics />
      <PriceIndex />
    </PageBody>
  )
}

function Statistics() {
  const t = useT()
  const format = useFormat()
  const [month] = useFilter('month', format.clock().subtract(1, 'month').format('YYYY-MM'))
  const from = `${month}-01`
  const to = dayjs(from).endOf('month').format('YYYY-MM-DD')
  const statistics = useQuery<Schema<'MarketStatisticsAnswer'>, ApiProblem>({ queryKey: ['statistics', month], queryFn: () => answer(api.GET('/v1/market/statistics', { params: { query: { from, to } } })) })
  return (
    <Panel title="What was sold" extra={<MonthFilter name="month" label="Month" />}>
      <Loaded query={statistics}>{found => (
        <>
          <Figures figures={[
            { title: 'Month', raw: month, as: 'month' }, { title: 'Volume', raw: found.total?.volume, as: 'money' }, { title: 'Card-hours', raw: found.total?.cardHours, as: 'hours' },
            { title: 'Share paid by vouchers', raw: found.voucherShare, as: 'percent' }, { title: 'Demands filled', raw: found.quotes?.fillRate, as: 'percent' },
          ]} />
          {!found.total && <Alert type="info" showIcon title={t('Fewer than three parties traded in that month, so no figures are shown. Choose another.')} />}
          <div className="split">
            <Share title={t('By model')} rows={found.byAccelerator.map(row => [row.accelerator, row.sold])} />
            <Share title={t('By workload')} rows={found.byWorkload.map(row => [labelOf(row.workload, t), row.sold])} />
            <Share title={t('By origin of chips')} rows={found.byOrigin.map(row => [labelOf(row.origin, t), row.sold])} />
            <Share title={t('From buyers’ region to centres’ region')} rows={found.flows.map(row => [`${provinceOf(row.buyerRegion, format.language)} → ${provinceOf(row.centerRegion, format.language)}`, row.sold])} />
          </div>
        </>
      )}</Loaded>
    </Panel>
  )
}

function Share({ title, rows }: { title: string; rows: [string, Schema<'VolumeAnswer'>][] }) {
  const t = useT()
  const format = useFormat()
  const option = useMemo(() => ({
    tooltip: { trigger: 'item' },
    grid: { left: 8, right: 24, top: 4, bottom: 24, containLabel: true },
    xAxis: { type: 'value', name: t('Card-hours'), nameLocation: 'middle', nameGap: 26, axisLabel: { hideOverlap: true } },
    yAxis: { type: 'category', inverse: true, data: rows.map(([name]) => name) },
    series: [{ name: t('Card-hours'), type: 'bar', barMaxWidth: 22, data: rows.map(([, sold]) => Number(sold.cardHours)) }],
  }), [rows, t])
  if (rows.length === 0) {
    return null
  }
  return (
    <div>
      <h3>{title}</h3>
      <Chart option={option} height={64 + rows.length * 34} summary={`${title}: ${rows.map(([name, sold]) => `${name} ${format.number(sold.cardHours)} ${t('card-hours')}, ${format.money(sold.volume)}`).join('; ')}`} />
    </div>
  )
}

function PriceIndex() {
  const t = useT()
  const format = useFormat()
  const [accelerator] = useFilter('accelerator')
  const [region] = useFilter('region')
  const models = useQuery(accelerators)
  // A year of every model in every province is more than a plot can say.
  const since = format.clock().subtract(accelerator ? 12 : 3, 'month').format('YYYY-MM-DD')
  const load = (page: { limit?: string; cursor?: string }) => answer(api.GET('/v1/price-index', { params: { query: { ...page, accelerator, region, from: since } } }))
  const index = useQuery<Schema<'PriceIndexAnswer'>[], ApiProblem>({ queryKey: ['price-index', accelerator, region], queryFn: () => everything(load) })
  const option = useMemo(() => {
    const rows = index.data ?? []
    const names = [...new Set(rows.map(row => `${row.accelerator} · ${provinceOf(row.region, format.language)}`))].sort()
    return {
      legend: { top: 0, type: 'scroll' },
      xAxis: { type: 'time', axisLabel: { hideOverlap: true, formatter: (value: number) => format.day(new Date(value).toISOString()) } },
      grid: { left: 8, right: 32, top: 60, bottom: 8, containLabel: true },
      yAxis: { type: 'value', name: t('Price a card-hour'), nameTextStyle: { align: 'left' }, axisLabel: { formatter: (value: number) => format.shortMoney(value) } },
      series: names.map(name => ({
        name, type: 'line', symbolSize: 7,
        data: rows.filter(row => `${row.accelerator} · ${provinceOf(row.region, format.language)}` === name).map(row => [Date.parse(row.day), Number(row.pricePerCardHour)] as const).sort((a, b) => a[0] - b[0]),
      })),
    }
  }, [index.data, format, t])
  return (
    <Panel title="Price index" extra={<><ChoiceFilter name="accelerator" label="Model" texts={(models.data?.items ?? []).map(item => ({ value: item.model, label: item.model }))} /> <ChoiceFilter name="region" label="Province" texts={provinceOptions(format.language)} /></>}>
      {!!index.data?.length && <Chart option={option} height={320} summary={t('Price of a card-hour by day, model and province')} />}
      <DataTable
        name="price-index"
        query={{ accelerator, region }}
        load={load}
        rowKey={row => row.day + row.accelerator + row.region}
        empty={t('The index appears when unrelated parties have traded.')}
        columns={[
          { title: 'Day', value: row => row.day, as: 'day' }, { title: 'Model', value: row => row.accelerator }, { title: 'Province', value: row => row.region, render: row => provinceOf(row.region, format.language) },
          { title: 'Card-hours', value: row => row.cardHours, as: 'hours' }, { title: 'Price a card-hour', value: row => row.pricePerCardHour, as: 'price' }, { title: 'Price a PFLOPS-hour', value: row => row.pricePerPflopsHour, as: 'price' },
        ]}
      />
    </Panel>
  )
}
