import { useQuery } from '@tanstack/react-query'
import { Typography } from 'antd'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import { answer, api, everything, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { Chart } from '../components/Chart'
import { DataTable } from '../components/DataTable'
import { MonthFilter } from '../components/dayFilters'
import { useFilter } from '../components/filters'
import { Loaded, PageBody, Panel } from '../components/layout'
import { instantAt } from '../format/format'
import { useT } from '../i18n/i18n'
import { shareOf } from './utilization'

type Center = Schema<'CenterUtilizationAnswer'>

/** As many bars as one can tell apart. */
const drawn = 30

/** The five numbers of every centre that listed or sold anything, so that nobody can call listed capacity used. */
export default function UtilizationTruth() {
  const t = useT()
  const format = useFormat()
  const [month] = useFilter('month', format.clock().subtract(1, 'month').format('YYYY-MM'))
  const first = dayjs(`${month}-01`)
  const span = { from: instantAt(first, format.timeZone), to: instantAt(first.add(1, 'month'), format.timeZone) }
  const centers = useQuery<Center[], ApiProblem>({ queryKey: ['utilization', month], queryFn: () => everything(page => answer(api.GET('/v1/utilization/centers', { params: { query: { ...page, ...span } } }))) })
  const option = useMemo(() => {
    const largest = [...centers.data ?? []].sort((a, b) => Number(b.listedCardHours) - Number(a.listedCardHours)).slice(0, drawn)
    const fields = [['Sold', 'soldCardHours'], ['Busy', 'busyCardHours'], ['Paid with own money', 'ownMoneyCardHours'], ['Paid with public money', 'publicMoneyCardHours']] as const
    return {
      legend: { top: 0, type: 'scroll' },
      xAxis: { type: 'category', data: largest.map(center => center.centerName), axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => format.percent(value) } },
      series: fields.map(([title, field]) => ({ name: t(title), type: 'bar', barMaxWidth: 24, data: largest.map(center => shareOf(center[field], center.listedCardHours)) })),
    }
  }, [centers.data, format, t])
  return (
    <PageBody title={t('Utilization')} subtitle={t('Five numbers of each centre side by side, in card-hours; paid ones are of unrelated buyers only.')} actions={<MonthFilter name="month" label="Month" />}>
      <Loaded query={centers}>{found => (
        <>
          {found.length > 0 && (
            <Panel title="As a share of what was listed">
              <Chart option={option} height={320} summary={t('Sold, busy and paid card-hours of each centre as a share of what it listed')} />
              {found.length > drawn && <Typography.Text type="secondary">{t('The {{count}} centres that listed most; all of them stand below.', { count: drawn })}</Typography.Text>}
            </Panel>
          )}
          <DataTable
            name="utilization"
            rows={found}
            rowKey={row => row.centerId}
            empty={t('No centre had listed capacity in this month.')}
            columns={[
              { title: 'Centre', value: row => row.centerName, sort: true }, { title: 'Provider', value: row => row.providerId, as: 'name' }, { title: 'Listed', value: row => row.listedCardHours, as: 'hours', sort: true },
              { title: 'Sold', value: row => row.soldCardHours, as: 'hours', sort: true }, { title: 'Busy', value: row => row.busyCardHours, as: 'hours', sort: true },
              { title: 'Paid with own money', value: row => row.ownMoneyCardHours, as: 'hours', sort: true }, { title: 'Paid with public money', value: row => row.publicMoneyCardHours, as: 'hours', sort: true },
              { title: 'Busy share', value: row => shareOf(row.busyCardHours, row.listedCardHours), as: 'percent', sort: true },
            ]}
          />
        </>
      )}</Loaded>
    </PageBody>
  )
}
