import { answer, api } from '../api/client'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { PageBody } from '../components/layout'
import { NoteField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'

export default function Notices() {
  const t = useT()
  const { session } = useSession()
  return (
    <PageBody title={t('Public notices')} subtitle={t('Anybody may object to an application while it is on notice.')}>
      <DataTable
        name="notices"
        load={page => answer(api.GET('/v1/notices', { params: { query: page } }))}
        rowKey={row => row.applicationId}
        empty={t('No application is on public notice.')}
        columns={[
          { title: 'Applicant', value: row => row.name }, { title: 'Programme', value: row => row.programme, as: 'programme' }, { title: 'Amount', value: row => row.amount, as: 'money' },
          { title: 'Until', value: row => row.publicity.until, as: 'day' }, { title: 'Days left', value: row => row.publicity.daysLeft, as: 'number' },
          { title: 'Actions', value: () => '', hidden: session.role === 'auditor', render: row => row.organizationId === session.organization.id ? null : (
            <ActionButton<{ reason: string }> size="small" label="Object" explain="The authority decides on the objection." fields={<NoteField name="reason" label="Reason" required />}
              onSubmit={values => answer(api.POST('/v1/applications/{id}/objections', { params: { path: { id: row.applicationId } }, body: values }))} />
          ) },
        ]}
      />
    </PageBody>
  )
}
