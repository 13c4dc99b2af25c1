import { useQuery } from '@tanstack/react-query'
import { answer, api, type Schema } from '../api/client'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { Details } from '../components/Details'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { DecimalField } from '../components/ProblemForm'
import { Subject } from '../components/Subject'
import { useT } from '../i18n/i18n'

export default function Alerts() {
  const t = useT()
  const { session } = useSession()
  const [code] = useFilter('code')
  return (
    <PageBody title={t('Alerts')} subtitle={t('Overdue invoices, low balances and passed budgets.')} actions={session.role === 'enterprise' && <Thresholds id={session.organization.id} />}>
      <DataTable
        name="alerts"
        query={{ code }}
        load={page => answer(api.GET('/v1/alerts', { params: { query: { ...page, code } } }))}
        rowKey={row => row.id}
        filters={<ChoiceFilter name="code" label="Alert" options={['invoice.overdue', 'balance.low', 'budget.exceeded']} />}
        empty={t('There is nothing to be told. Set from where on you want to be.')}
        expand={row => <Details value={row.detail} />}
        columns={[
          { title: 'Time', value: row => row.at, as: 'instant', sort: 'at' }, { title: 'Alert', value: row => row.code, as: 'label', sort: 'code' }, { title: 'Subject', value: row => row.subject, render: row => <Subject type={row.code === 'invoice.overdue' ? 'invoice' : 'organization'} id={row.subject} /> },
          { title: 'Organization', value: row => row.organizationId, as: 'name', hidden: session.role === 'enterprise' },
        ]}
      />
    </PageBody>
  )
}

function Thresholds({ id }: { id: string }) {
  const now = useQuery({ queryKey: ['alert-thresholds', id], queryFn: () => answer(api.GET('/v1/organizations/{id}/alert-thresholds', { params: { path: { id } } })) })
  return now.data && (
    <ActionButton<Schema<'SetAlertThresholds'>>
      type="primary"
      label="Set the thresholds"
      explain="Left empty, nothing is told."
      initialValues={now.data}
      fields={<><DecimalField name="lowBalance" label="When less than this is available" unit="¥" /><DecimalField name="monthlyBudget" label="When more than this is spent in a month" unit="¥" /></>}
      onSubmit={values => answer(api.PUT('/v1/organizations/{id}/alert-thresholds', { params: { path: { id } }, body: { lowBalance: values.lowBalance || null, monthlyBudget: values.monthlyBudget || null } }))}
    />
  )
}
