import type { EChartsCoreOption } from 'echarts/core'
import { useMemo } from 'react'
import { useFormat } from '../app/preferences'
import { useT } from '../i18n/i18n'
import { Chart } from './Chart'

export type Bar = { row: string; from: string; to: string; label: string; group: string }

/** Legs on a line of time, a row a node. */
export function Timeline({ bars }: { bars: Bar[] }) {
  const t = useT()
  const format = useFormat()
  const option = useMemo<EChartsCoreOption>(() => {
    const rows = [...new Set(bars.map(bar => bar.row))]
    const groups = [...new Set(bars.map(bar => bar.group))]
    return {
      legend: { data: groups, top: 0 },
      tooltip: { trigger: 'item', formatter: (item: { data: { bar: Bar } }) => `${item.data.bar.row}\n${item.data.bar.label}\n${format.span(item.data.bar.from, item.data.bar.to)}` },
      grid: { left: 8, right: 24, top: 32, bottom: 8, containLabel: true },
      xAxis: { type: 'time', axisLabel: { hideOverlap: true, formatter: (value: number) => new Intl.DateTimeFormat(format.language === 'zh' ? 'zh-CN' : 'en-GB', { timeZone: format.timeZone, month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(value) } },
      yAxis: { type: 'category', data: rows, inverse: true },
      series: groups.map(group => ({
        name: group,
        type: 'custom',
        encode: { x: [1, 2], y: 0 },
        data: bars.filter(bar => bar.group === group).map(bar => ({ value: [rows.indexOf(bar.row), Date.parse(bar.from), Date.parse(bar.to)], bar })),
        renderItem: (_: unknown, draw: Draw) => {
          const start = draw.coord([draw.value(1), draw.value(0)])
          const end = draw.coord([draw.value(2), draw.value(0)])
          const height = Math.min(20, draw.size([0, 1])[1] * 0.6)
          return { type: 'rect', shape: { x: start[0], y: start[1] - height / 2, width: Math.max(2, end[0] - start[0]), height, r: 3 }, style: { fill: draw.visual('color') } }
        },
      })),
    }
  }, [bars, format])
  const rows = new Set(bars.map(bar => bar.row)).size
  return <Chart height={60 + rows * 30} option={option} summary={`${t('Plan on a timeline')}: ${bars.map(bar => `${bar.row} ${bar.label}, ${format.span(bar.from, bar.to)}`).join('; ')}`} />
}

type Draw = { coord: (point: number[]) => [number, number]; value: (dimension: number) => number; size: (range: number[]) => [number, number]; visual: (name: string) => string }
