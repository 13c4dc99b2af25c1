import { useQuery } from '@tanstack/react-query'
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

type Utilization = Schema<'UtilizationAnswer'>

/** The five numbers of every centre that lists anything, so that nobody can call listed capacity used. */
export default function UtilizationTruth() {
  const t = useT()
  const format = useFormat()
  const [month] = useFilter('month', format.clock().subtract(1, 'month').format('YYYY-MM'))
  const truth = useQuery<Utilization[], ApiProblem>({
    queryKey: ['utilization', month],
    queryFn: async () => {
      const listings = await everything(page => answer(api.GET('/v1/listings', { params: { query: page } })))
      const first = dayjs(`${month}-01`)
      const query = { from: instantAt(first, format.timeZone), to: instantAt(first.add(1, 'month'), format.timeZone) }
      return Promise.all([...new Set(listings.map(listing => listing.centerId))].map(centerId => answer(api.GET('/v1/utilization', { params: { query: { ...query, centerId } } }))))
    },
  })
  const names = useQuery({
    queryKey: ['center-names', truth.data?.map(center => center.centerId)],
    enabled: !!truth.data?.length,
    queryFn: async () => new Map((await answer(api.GET('/v1/names', { params: { query: { id: truth.data!.slice(0, 100).map(center => center.centerId) } } }))).items.map(item => [item.id, item.name])),
  })
  const option = useMemo(() => {
    const centers = truth.data ?? []
    const fields = [['Sold', 'soldCardHours'], ['Busy', 'busyCardHours'], ['Paid with own money', 'ownMoneyCardHours'], ['Paid with public money', 'publicMoneyCardHours']] as const
    return {
      legend: { top: 0, type: 'scroll' },
      xAxis: { type: 'category', data: centers.map(center => names.data?.get(center.centerId) ?? center.centerId.slice(-8)), axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => format.percent(value) } },
      series: fields.map(([title, field]) => ({ name: t(title), type: 'bar', barMaxWidth: 24, data: centers.map(center => shareOf(center[field], center.listedCardHours)) })),
    }
  }, [truth.data, names.data, format, t])
  return (
    <PageBody title={t('Utilization')} subtitle={t('Five numbers of each centre side by side, in card-hours; paid ones are of unrelated buyers only.')} actions={<MonthFilter name="month" label="Month" />}>
      <Loaded query={truth}>{centers => (
        <>
          <Panel title="As a share of what was listed"><Chart option={option} height={320} summary={t('Sold, busy and paid card-hours of each centre as a share of what it listed')} /></Panel>
          <DataTable
            name="utilization"
            query={{ month }}
            load={() => Promise.resolve({ items: centers, next: null })}
            rowKey={row => row.centerId}
            empty={t('No centre has listed capacity yet.')}
            columns={[
              { title: 'Centre', value: row => row.centerId, as: 'name' }, { title: 'Listed', value: row => row.listedCardHours, as: 'hours', sort: true }, { title: 'Sold', value: row => row.soldCardHours, as: 'hours', sort: true },
              { title: 'Busy', value: row => row.busyCardHours, as: 'hours', sort: true }, { title: 'Paid with own money', value: row => row.ownMoneyCardHours, as: 'hours', sort: true },
              { title: 'Paid with public money', value: row => row.publicMoneyCardHours, as: 'hours', sort: true }, { title: 'Busy share', value: row => shareOf(row.busyCardHours, row.listedCardHours), as: 'percent' },
            ]}
          />
        </>
      )}</Loaded>
    </PageBody>
  )
}
