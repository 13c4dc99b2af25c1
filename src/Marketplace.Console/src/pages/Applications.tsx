import { Link } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useSession } from '../app/session'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { PickerFilter } from '../components/Picker'
import { useT } from '../i18n/i18n'
import { parties, programmes } from './lists'

export default function Applications() {
  const t = useT()
  const { session } = useSession()
  const [status] = useFilter('status')
  const [programme] = useFilter('programme')
  const [organizationId] = useFilter('organizationId')
  return (
    <PageBody title={t('Applications')}>
      <DataTable
        name="applications"
        query={{ status, programme, organizationId }}
        load={page => answer(api.GET('/v1/applications', { params: { query: { ...page, status, programme, organizationId } } }))}
        rowKey={row => row.id}
        filters={(
          <>
            <ChoiceFilter name="status" label="Status" options={['draft', 'submitted', 'returned', 'publicity', 'objected', 'approved', 'rejected'] satisfies Schema<'ApplicationStatus'>[]} />
            <PickerFilter name="programme" label="Programme" source={programmes()} />
            {session.role !== 'enterprise' && <PickerFilter name="organizationId" label="Applicant" source={parties('enterprise')} />}
          </>
        )}
        empty={session.role === 'enterprise' ? <Link to="/programmes">{t('Look for a programme to apply to')}</Link> : t('No enterprise has applied yet.')}
        columns={[
          { title: 'Application', value: row => row.id, render: row => <Link to={`/applications/${row.id}`}>{row.id.slice(-8)}</Link> },
          { title: 'Programme', value: row => row.programme, as: 'programme' }, { title: 'Applicant', value: row => row.organizationId, as: 'name' },
          { title: 'Status', value: row => row.status, as: 'status' }, { title: 'Step', value: row => row.step, as: 'label' },
          { title: 'Amount', value: row => row.amount, as: 'money', sort: 'amount' }, { title: 'Granted', value: row => row.granted, as: 'money' }, { title: 'Submitted', value: row => row.submittedAt, as: 'instant' },
        ]}
      />
    </PageBody>
  )
}
