import { useQuery } from '@tanstack/react-query'
import { Flex, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat, usePreferences } from '../app/preferences'
import { Chart } from '../components/Chart'
import { DataTable } from '../components/DataTable'
import { Figures, Loaded, Panel } from '../components/layout'
import { instantAt } from '../format/format'
import { useT, type Text } from '../i18n/i18n'
import { freeCardHours } from './utilization'

type Utilization = Schema<'UtilizationAnswer'>
type Measure = 'free' | 'sold' | 'busy'

const titles: Record<Measure, Text> = { free: 'Free', sold: 'Sold', busy: 'Busy' }

/** A centre's card-hours by day, three months behind and three ahead, and its five numbers of what is behind. */
export function CenterCalendar({ id }: { id: string }) {
  const t = useT()
  const format = useFormat()
  const { scheme } = usePreferences()
  const [measure, setMeasure] = useState<Measure>('free')
  const [from, to] = [format.clock().subtract(3, 'month').startOf('month'), format.clock().add(3, 'month').endOf('month').add(1, 'day').startOf('day')]
  const utilization = useQuery<Utilization, ApiProblem>({
    queryKey: ['utilization', id, from.format('YYYY-MM-DD')],
    queryFn: () => answer(api.GET('/v1/utilization', { params: { query: { centerId: id, from: instantAt(from, format.timeZone), to: instantAt(to, format.timeZone) } } })),
  })
  const option = useMemo(() => {
    const days = (utilization.data?.days ?? []).map(day => ({ day: day.day, free: freeCardHours(day), sold: Number(day.soldCardHours), busy: Number(day.busyCardHours) }))
    const most = Math.max(1, ...days.map(day => day[measure]))
    return {
      tooltip: { trigger: 'item', formatter: (item: { data: [string, number] }) => `${format.day(item.data[0])}\n${format.number(item.data[1])} ${t('card-hours')}` },
      visualMap: { min: 0, max: most, orient: 'horizontal', left: 'center', top: 0, text: [`${format.number(most)} ${t('card-hours')}`, '0'], textStyle: { color: scheme === 'dark' ? '#d5dbe2' : '#333b45' }, inRange: { color: scheme === 'dark' ? ['#1c2b3d', '#6fb3ff'] : ['#e8f1fb', '#0b5cad'] } },
      calendar: {
        top: 76, left: 36, right: 12, bottom: 8, range: [from.format('YYYY-MM-DD'), to.subtract(1, 'day').format('YYYY-MM-DD')], cellSize: ['auto', 16],
        itemStyle: { color: 'transparent', borderColor: scheme === 'dark' ? '#2a3340' : '#dde3ea' }, splitLine: { lineStyle: { color: scheme === 'dark' ? '#7d8894' : '#8995a1' } },
        yearLabel: { show: false }, monthLabel: { nameMap: format.language === 'zh' ? 'ZH' : 'EN' }, dayLabel: { firstDay: 1, nameMap: format.language === 'zh' ? 'ZH' : 'EN' },
      },
      series: [{ type: 'heatmap', coordinateSystem: 'calendar', data: days.map(day => [day.day, day[measure]]) }],
    }
  }, [utilization.data, measure, from.format('YYYY-MM-DD'), scheme, format, t])
  return (
    <Loaded query={utilization}>{found => (
      <Flex vertical gap="middle">
        <Panel title="Card-hours by day" extra={<Segmented<Measure> aria-label={t('What is shown')} value={measure} onChange={setMeasure} options={(['free', 'sold', 'busy'] as const).map(value => ({ value, label: t(titles[value]) }))} />}>
          <Chart option={option} height={210} summary={t('Card-hours by day from {{from}} to {{to}}; the table below has the same numbers', { from: format.day(found.days[0]?.day), to: format.day(found.days.at(-1)?.day) })} />
        </Panel>
        <FiveNumbers found={found} />
        <DataTable
          name="calendar"
          of={id}
          query={{ from: found.from }}
          load={page => Promise.resolve(pageOf(found.days, page))}
          rowKey={row => row.day}
          empty={t('Nothing is listed here yet.')}
          columns={[
            { title: 'Day', value: row => row.day, as: 'day' }, { title: 'Free', value: row => freeCardHours(row), as: 'hours' }, { title: 'Listed', value: row => row.listedCardHours, as: 'hours' }, { title: 'Sold', value: row => row.soldCardHours, as: 'hours' },
            { title: 'Busy', value: row => row.busyCardHours, as: 'hours' }, { title: 'Paid with own money', value: row => row.ownMoneyCardHours, as: 'hours' }, { title: 'Paid with public money', value: row => row.publicMoneyCardHours, as: 'hours' },
          ]}
        />
      </Flex>
    )}</Loaded>
  )
}

/** What is there whole, a page at a time. */
function pageOf<Row>(rows: Row[], { limit, cursor }: { limit?: string; cursor?: string }) {
  const [from, size] = [Number(cursor ?? 0), Number(limit)]
  return { items: rows.slice(from, from + size), next: from + size < rows.length ? String(from + size) : null }
}

/** Side by side, so that none is taken for another. */
export function FiveNumbers({ found }: { found: Utilization }) {
  return (
    <Figures figures={[
      { title: 'Listed', raw: found.listedCardHours, as: 'hours' }, { title: 'Sold', raw: found.soldCardHours, as: 'hours' }, { title: 'Busy', raw: found.busyCardHours, as: 'hours' },
      { title: 'Paid with own money', raw: found.ownMoneyCardHours, as: 'hours' }, { title: 'Paid with public money', raw: found.publicMoneyCardHours, as: 'hours' },
    ]} />
  )
}
