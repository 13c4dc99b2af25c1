import { Empty } from 'antd'
import type { ReactNode } from 'react'

/** An empty state; it says what to do next. */
export function Nothing({ children }: { children: ReactNode }) {
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={children} />
}
