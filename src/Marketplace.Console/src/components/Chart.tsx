import { Skeleton } from 'antd'
import { lazy, Suspense } from 'react'
import type { EChartsCoreOption } from 'echarts/core'

const Canvas = lazy(() => import('./ChartCanvas'))

export type ChartProps = {
  /** What a reader who doesn't see it is told. */
  summary: string
  option: EChartsCoreOption
  height?: number
}

/** A chart; its library comes when the first one is drawn. */
export function Chart(props: ChartProps) {
  return <Suspense fallback={<Skeleton active />}><Canvas {...props} /></Suspense>
}
