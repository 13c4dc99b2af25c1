import { Alert, Flex, Progress, Spin } from 'antd'
import { useEffect, useState } from 'react'
import type { Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import type { TaskState } from '../app/tasks'
import { useT } from '../i18n/i18n'
import { ProblemAlert } from './ProblemAlert'

/** How far work is, where that is known; else that it goes on. */
export function Underway({ progress }: { progress?: Schema<'JobProgress'> | null }) {
  const t = useT()
  const format = useFormat()
  if (!progress || progress.total === 0) {
    return <Spin size="small" aria-label={t('running')} />
  }
  return (
    <Flex vertical>
      <Progress percent={Math.floor(100 * progress.done / progress.total)} status="active" size="small" aria-label={t('running')} />
      <span className="numbers">{t('{{done}} of {{total}}', { done: format.number(progress.done), total: format.number(progress.total) })}</span>
    </Flex>
  )
}

/** Work that the API is asked for; the page can be left meanwhile. */
function Waiting({ since, progress }: { since: number; progress?: Schema<'JobProgress'> | null }) {
  const t = useT()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(ticking)
  }, [])
  return (
    <Flex vertical gap="small" role="status">
      <Underway progress={progress} />
      {t('Running for {{count}} s. You can leave this page; the result waits for you.', { count: Math.max(0, Math.round((now - since) / 1000)) })}
    </Flex>
  )
}

/** How a task stands that has no result yet: under way, refused, or cut off. */
export function TaskStatus({ task, progress }: { task: TaskState<unknown>; progress?: Schema<'JobProgress'> | null }) {
  const t = useT()
  return (
    <>
      {task.running && <Waiting since={task.startedAt!} progress={progress} />}
      {task.problem && <ProblemAlert problem={task.problem} />}
      {task.cutOff && <Alert type="warning" showIcon title={t('The answer never came, since the page was loaded again or the connection broke: start it again.')} />}
    </>
  )
}
