import { useQuery } from '@tanstack/react-query'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { startTask, useTask } from '../app/tasks'
import { ActionButton } from '../components/ActionButton'
import { Loaded, PageBody } from '../components/layout'
import { ProblemAlert } from '../components/ProblemAlert'
import { Underway } from '../components/Waiting'
import { Value } from '../components/value'
import { useT } from '../i18n/i18n'
import { codeText, messageText } from '../i18n/problems'
import { Table } from '../components/Table'

type Job = Schema<'JobAnswer'>

export default function Jobs() {
  const t = useT()
  const format = useFormat()
  const { session } = useSession()
  const jobs = useQuery<Schema<'PageOfJobAnswer'>, ApiProblem>({ queryKey: ['jobs'], queryFn: () => answer(api.GET('/v1/jobs')), refetchInterval: 2_000 })
  return (
    <PageBody title={t('Jobs')} subtitle={t('They run by themselves when they are due. This page follows them.')}>
      <Loaded query={jobs}>{page => (
        <Table<Job>
          size="middle"
          rowKey="name"
          pagination={false}
          dataSource={page.items}
          scroll={{ x: 'max-content' }}
          expandable={{ expandedRowRender: job => <Runs job={job} />, rowExpandable: job => job.runs.length > 0 }}
          columns={[
            { title: t('Job'), render: (_, job) => <div className="words"><strong>{job.name}</strong><br />{codeText(`job.${job.name}`, job.purpose)}</div> },
            { title: t('Next due'), render: (_, job) => format.instant(job.nextDueAt) },
            { title: t('Last run'), render: (_, job) => <LastRun job={job} /> },
            ...(session.role === 'admin' ? [{ title: t('Actions'), render: (_: unknown, job: Job) => <RunNow name={job.name} /> }] : []),
          ]}
        />
      )}</Loaded>
    </PageBody>
  )
}

function LastRun({ job }: { job: Job }) {
  const t = useT()
  const last = job.runs[0]
  return !last ? t('Never')
    : last.outcome === 'running' ? <Underway progress={job.progress} />
    : <><Value raw={last.outcome} kind="status" /><br />{last.summary && messageText(last.summary, t)}</>
}

function Runs({ job }: { job: Job }) {
  const t = useT()
  const format = useFormat()
  return (
    <Table size="small" rowKey="dueAt" pagination={{ pageSize: 10, hideOnSinglePage: true }} dataSource={job.runs} scroll={{ x: 'max-content' }}
      columns={[
        { title: t('Due'), render: (_, run) => format.instant(run.dueAt) }, { title: t('Started'), render: (_, run) => format.instant(run.startedAt) }, { title: t('Finished'), render: (_, run) => format.instant(run.finishedAt) },
        { title: t('Status'), render: (_, run) => <Value raw={run.outcome} kind="status" /> }, { title: t('Attempts'), align: 'end', dataIndex: 'attempts' }, { title: t('Summary'), render: (_, run) => run.summary && <div className="words">{messageText(run.summary, t)}</div> },
      ]} />
  )
}

function RunNow({ name }: { name: string }) {
  const task = useTask(`job-${name}`)
  return (
    <>
      <ActionButton size="small" label="Run now" done="Started." explain="Runs the job for what is due by now; what is done already isn’t done again."
        onSubmit={() => Promise.resolve(startTask(`job-${name}`, 'Jobs', () => answer(api.POST('/v1/jobs/{name}/runs', { params: { path: { name } } }))))} />
      {task.problem && <ProblemAlert problem={task.problem} />}
    </>
  )
}
