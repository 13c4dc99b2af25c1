import { answer, api, type Schema } from '../api/client'
import { useMay, useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { Details } from '../components/Details'
import { SelectField } from '../components/fields'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { NoteField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { labelOf, optionsOf } from '../i18n/labels'

type Proposal = Schema<'ProposalAnswer'>

export default function Proposals() {
  const t = useT()
  const { session } = useSession()
  const may = useMay()
  const [status] = useFilter('status')
  return (
    <PageBody title={t('Second approvals')} subtitle={t('Above the amount that the operator has set, what one administrator does with money waits for another.')}>
      <DataTable
        name="proposals"
        query={{ status }}
        load={page => answer(api.GET('/v1/proposals', { params: { query: { ...page, status } } }))}
        rowKey={row => row.id}
        filters={<ChoiceFilter name="status" label="Status" options={['open', 'approved', 'rejected']} />}
        empty={t('Nothing waits for a second administrator.')}
        expand={row => <Details value={row.request} />}
        columns={[
          { title: 'What is to be done', value: row => row.operation, render: row => labelOf(row.operation, t) },
          { title: 'Amount', value: row => row.amount, as: 'money', sort: 'amount' },
          { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Proposed by', value: row => row.proposedBy, as: 'id' },
          { title: 'Proposed', value: row => row.proposedAt, as: 'instant', sort: 'proposedAt' },
          { title: 'Decided by', value: row => row.decidedBy, as: 'id' },
          { title: 'Decided on', value: row => row.decidedAt, as: 'instant' },
          { title: 'Note', value: row => row.note, as: 'note' },
          { title: 'Actions', value: () => '', hidden: !may('admin'), render: row => row.status !== 'open' ? null
            : row.proposedBy === session.actor ? t('Waits for another administrator') : <Decide proposal={row} /> },
        ]}
      />
    </PageBody>
  )
}

function Decide({ proposal }: { proposal: Proposal }) {
  const t = useT()
  return (
    <ActionButton<Schema<'DecideProposal'>>
      size="small"
      label="Decide"
      explain="Approved, it is done at once and exactly as it was proposed."
      fields={<><SelectField name="decision" label="Decision" required options={optionsOf(['approve', 'reject'], t)} /><NoteField name="note" label="Note" /></>}
      onSubmit={values => answer(api.POST('/v1/proposals/{id}/decisions', { params: { path: { id: proposal.id } }, body: { decision: values.decision, note: values.note || null } }))}
    />
  )
}
