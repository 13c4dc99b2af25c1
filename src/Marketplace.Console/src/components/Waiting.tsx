import { Flex, Progress } from 'antd'
import { useEffect, useState } from 'react'
import { useT } from '../i18n/i18n'

/** Work of which only the end is known; the page can be left meanwhile. */
export function Waiting({ since }: { since: number }) {
  const t = useT()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(ticking)
  }, [])
  return (
    <Flex vertical role="status">
      <Progress percent={100} status="active" showInfo={false} aria-label={t('running')} />
      {t('Running for {{count}} s. You can leave this page; the result waits for you.', { count: Math.max(0, Math.round((now - since) / 1000)) })}
    </Flex>
  )
}
