import { BarChart, CustomChart, HeatmapChart, LineChart } from 'echarts/charts'
import { CalendarComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { usePreferences } from '../app/preferences'
import type { ChartProps } from './Chart'

echarts.use([BarChart, LineChart, HeatmapChart, CustomChart, GridComponent, LegendComponent, TooltipComponent, CalendarComponent, VisualMapComponent, MarkLineComponent, CanvasRenderer])

// Colours that keep apart for readers who don't see red and green (Okabe and Ito, darkened where white lies behind).
const light = ['#0b5cad', '#c25200', '#00795a', '#8f4a8f', '#8a6d00', '#3a8fc4', '#5f6b7a']
const dark = ['#4a9eff', '#ff9f55', '#35c79a', '#d796d7', '#e6c84c', '#8fd0ff', '#a5b0bd']

export default function ChartCanvas({ summary, option, height = 280 }: ChartProps) {
  const { scheme } = usePreferences()
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<echarts.ECharts | null>(null)

  useEffect(() => {
    const made = echarts.init(box.current, scheme === 'dark' ? 'dark' : undefined)
    chart.current = made
    const watcher = new ResizeObserver(() => made.resize())
    watcher.observe(box.current!)
    return () => {
      watcher.disconnect()
      made.dispose()
    }
  }, [scheme])

  useEffect(() => {
    chart.current?.setOption({
      backgroundColor: 'transparent',
      color: scheme === 'dark' ? dark : light,
      animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      grid: { left: 8, right: 40, top: 36, bottom: 8, containLabel: true },
      ...option,
      // Drawn, not HTML: the content security policy lets no text bring styles with it.
      tooltip: { trigger: 'axis', renderMode: 'richText', ...(option.tooltip as object | undefined) },
    }, true)
  }, [option, scheme])

  return <div ref={box} role="img" aria-label={summary} style={{ height, width: '100%' }} />
}
