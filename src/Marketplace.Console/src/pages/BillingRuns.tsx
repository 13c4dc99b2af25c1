import { useQuery } from '@tanstack/react-query'
import type { Dayjs } from 'dayjs'
import { answer, api, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { startTask, useTask } from '../app/tasks'
import { Figures, PageBody, Panel } from '../components/layout'
import { MonthField, monthText } from '../components/fields'
import { ProblemForm } from '../components/ProblemForm'
import { TaskStatus } from '../components/Waiting'
import { useT } from '../i18n/i18n'

export default function BillingRuns() {
  const t = useT()
  const format = useFormat()
  const run = useTask<Schema<'BillingRunAnswer'>>('billing')
  const jobs = useQuery({ queryKey: ['jobs'], enabled: run.running, refetchInterval: 2_000, queryFn: () => answer(api.GET('/v1/jobs')) })
  const progress = jobs.data?.items.find(job => job.progress)?.progress
  return (
    <PageBody title={t('Billing runs')} subtitle={t('Months are closed, billed and settled by themselves; a run here does it now, and one that was done changes nothing.')}>
      <Panel>
        <ProblemForm<{ period: Dayjs }>
          submit="Close, bill and settle"
          initialValues={{ period: format.clock().subtract(1, 'month') }}
          onSubmit={values => Promise.resolve(startTask('billing', 'Billing runs', () => answer(api.POST('/v1/billing-runs', { body: { period: monthText(values.period) } }))))}
        >
          <MonthField name="period" label="Month" required />
        </ProblemForm>
      </Panel>
      <TaskStatus task={run} progress={progress} />
      {run.result && (
        <Figures figures={[
          { title: 'Month', raw: run.result.period, as: 'month' }, { title: 'Invoices', raw: run.result.invoices, as: 'number', to: `/invoices?period=${run.result.period}` }, { title: 'Total', raw: run.result.total, as: 'money' },
          { title: 'Closed', raw: run.result.closedAt, as: 'instant' }, { title: 'Billed', raw: run.result.billedAt, as: 'instant' }, { title: 'Settled', raw: run.result.settledAt, as: 'instant' },
        ]} />
      )}
    </PageBody>
  )
}
