import { CheckCircleTwoTone, CloseCircleTwoTone } from '@ant-design/icons'
import { Alert, Button, Typography } from 'antd'
import type { Dayjs } from 'dayjs'
import { Link } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { startTask, useTask } from '../app/tasks'
import { Figures, PageBody, Panel } from '../components/layout'
import { MonthField, monthText } from '../components/fields'
import { ProblemForm } from '../components/ProblemForm'
import { TaskStatus } from '../components/Waiting'
import { save } from '../format/csv'
import { useT } from '../i18n/i18n'
import { invariants, wordsOf } from '../i18n/words'
import { Table } from '../components/Table'

export default function Proof() {
  const t = useT()
  return (
    <PageBody title={t('Verification')} subtitle={t('What the market promises, held against its data as it stands now.')}>
      <Verification />
      <Replay />
      <Archive />
    </PageBody>
  )
}

function Verification() {
  const t = useT()
  const format = useFormat()
  const task = useTask<Schema<'VerificationAnswer'>>('verification')
  const found = task.result
  return (
    <Panel title="Invariants" extra={<Button type="primary" loading={task.running} onClick={() => startTask('verification', 'Verification', () => answer(api.POST('/v1/audit/verifications')))}>{t('Verify now')}</Button>}>
      {!found && !task.running && !task.problem && !task.cutOff && t('Every card-hour, voucher, posting, invoice and audit entry is looked at; nothing is changed.')}
      <TaskStatus task={task} />
      {found && (
        <>
          <Alert type={found.chain.holds && found.invariants.every(invariant => invariant.holds) ? 'success' : 'error'} showIcon
            title={found.chain.holds && found.invariants.every(invariant => invariant.holds) ? t('Everything holds.') : t('Something doesn’t hold: see below.')}
            description={t('{{sealed}} of {{entries}} audit entries are sealed. {{at}}', { sealed: format.number(found.chain.sealed), entries: format.number(found.chain.entries), at: format.instant(found.at) })} />
          <Table size="small" rowKey="name" pagination={false} dataSource={found.invariants} scroll={{ x: 'max-content' }}
            columns={[
              { title: t('Holds'), render: (_, row) => row.holds ? <CheckCircleTwoTone twoToneColor="#2f8f2f" aria-label={t('Yes')} /> : <CloseCircleTwoTone twoToneColor="#c41d1d" aria-label={t('No')} /> },
              { title: t('Invariant'), render: (_, row) => <>{wordsOf(invariants, row.name, t)} <Typography.Text type="secondary">{row.name}</Typography.Text></> }, { title: t('Looked at'), align: 'end', render: (_, row) => format.number(row.checked) }, { title: t('Violations'), render: (_, row) => row.violations.join('; ') },
            ]} />
        </>
      )}
    </Panel>
  )
}

function Replay() {
  const format = useFormat()
  const task = useTask<Schema<'ReplayAnswer'>>('replay')
  const found = task.result
  return (
    <Panel title="Replay of invoices">
      <ProblemForm<{ period: Dayjs }> submit="Make them again" initialValues={{ period: format.clock().subtract(1, 'month') }}
        onSubmit={values => Promise.resolve(startTask('replay', 'Replay of invoices', () => answer(api.POST('/v1/audit/replays', { body: { period: monthText(values.period) } }))))}>
        <MonthField name="period" label="Month" required help="Every invoice of the month is computed again and compared to the byte." />
      </ProblemForm>
      <TaskStatus task={task} />
      {found && <Figures figures={[{ title: 'Invoices', raw: found.invoices, as: 'number' }, { title: 'Identical', raw: found.identical, as: 'number' }]} />}
      {found?.differing.map(invoice => <Alert key={invoice.invoiceId} type="error" showIcon title={<Link to={`/invoices/${invoice.invoiceId}`}>{invoice.invoiceId.slice(-8)}</Link>} description={invoice.firstDifference} />)}
    </Panel>
  )
}

/** Everything of a month in one file, which is checked without the market. */
function Archive() {
  const t = useT()
  const format = useFormat()
  const task = useTask('archive')
  const load = async (period: string) => save(`audit-${period}.zip`, await answer(api.GET('/v1/audit/exports/{period}', { params: { path: { period } }, parseAs: 'blob' })) as Blob)
  return (
    <Panel title="Archive of a month">
      <ProblemForm<{ period: Dayjs }> submit="Download the archive" initialValues={{ period: format.clock().subtract(1, 'month') }}
        onSubmit={values => Promise.resolve(startTask('archive', 'Archive of a month', () => load(monthText(values.period)!)))}>
        <MonthField name="period" label="Month" required help="A settled month’s documents, what they were rated from, rules, ledger and seals. It can be checked anywhere, without this market." />
      </ProblemForm>
      <TaskStatus task={task} />
      {task.endedAt && !task.problem && !task.cutOff && t('The archive was saved by your browser.')}
    </Panel>
  )
}
