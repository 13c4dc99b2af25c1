import { useQuery } from '@tanstack/react-query'
import { Form } from 'antd'
import { answer, api, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { csvBody, CsvImport } from '../components/CsvImport'
import { DataTable } from '../components/DataTable'
import { SelectField } from '../components/fields'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { NoteField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { labelOf, optionsOf } from '../i18n/labels'
import { organizations } from './lists'

type Row = Schema<'BankRowAnswer'>

export default function Bank() {
  const t = useT()
  const { session } = useSession()
  const [status] = useFilter('status')
  const admin = session.role === 'admin'
  return (
    <PageBody title={t('Bank statements')} subtitle={t('A row of the custodian’s bank is booked where one thing fits; the others wait for somebody to say what they are.')} actions={admin && <Import />}>
      <DataTable
        name="bank-rows"
        query={{ status }}
        load={page => answer(api.GET('/v1/bank-statements/rows', { params: { query: { ...page, status } } }))}
        rowKey={row => row.id}
        filters={<ChoiceFilter name="status" label="Status" options={['pending', 'matched', 'unmatched', 'resolved']} />}
        empty={admin ? t('Import the first statement of the custodian’s bank, as a CSV file.') : t('No statement was imported yet.')}
        columns={[
          { title: 'Booked on', value: row => row.bookedOn, as: 'day' },
          { title: 'Amount', value: row => row.amount, as: 'money' },
          { title: 'Bank reference', value: row => row.reference },
          { title: 'Counterparty’s credit code', value: row => row.counterpartyCode },
          { title: 'Remark', value: row => row.remark },
          { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Outcome', value: row => row.outcome, render: row => row.outcome && labelOf(row.outcome, t) },
          { title: 'Note', value: row => row.note },
          { title: 'Actions', value: () => '', hidden: !admin, render: row => row.status === 'unmatched' ? <Resolve row={row} /> : null },
        ]}
      />
    </PageBody>
  )
}

function Import() {
  const t = useT()
  return (
    <CsvImport
      columns="bookedOn,amount,reference,counterpartyCode,remark"
      hint="Amounts with two decimals, below zero for what went out. A file that was imported before books nothing again."
      submit={count => t('Import {{count}} rows', { count })}
      send={async text => {
        const { matched, unmatched } = await answer(api.POST('/v1/bank-statements', csvBody(text)))
        return t('{{matched}} rows were booked, {{unmatched}} wait.', { matched, unmatched })
      }}
    />
  )
}

function Resolve({ row }: { row: Row }) {
  return (
    <ActionButton<Schema<'ResolveBankRow'>>
      size="small"
      label="Say what it is"
      explain="The row is booked as what you say, in the same way as if it had been entered by hand."
      initialValues={{ organizationId: null, invoiceId: null, settlementId: null, part: null, claimId: null }}
      fields={<ResolveFields row={row} />}
      onSubmit={values => answer(api.POST('/v1/bank-statements/rows/{id}/resolutions', {
        params: { path: { id: row.id } },
        body: { as: values.as, note: values.note, organizationId: values.organizationId ?? null, invoiceId: values.invoiceId ?? null, settlementId: values.settlementId ?? null, part: values.part ?? null, claimId: values.claimId ?? null },
      }))}
    />
  )
}

/** What came in pays something here; what went out was paid from here. */
function ResolveFields({ row }: { row: Row }) {
  const t = useT()
  const format = useFormat()
  const kind = Form.useWatch<Schema<'BankRowKind'> | undefined>('as')
  const out = row.amount.startsWith('-')
  const known = useQuery(organizations)
  const invoices = useQuery({ queryKey: ['invoices', 'open'], enabled: kind === 'payment', queryFn: () => answer(api.GET('/v1/invoices', { params: { query: { limit: '500' } } })) })
  const settlements = useQuery({ queryKey: ['settlements', 'open'], enabled: kind === 'settlement', queryFn: () => answer(api.GET('/v1/settlements', { params: { query: { limit: '500' } } })) })
  const claims = useQuery({ queryKey: ['claims', 'open'], enabled: kind === 'claim', queryFn: () => answer(api.GET('/v1/claims', { params: { query: { limit: '500' } } })) })
  const names = new Map((known.data?.items ?? []).map(organization => [organization.id, organization.name]))
  return (
    <>
      <SelectField name="as" label="What it is" required options={optionsOf(out ? ['withdrawal', 'settlement', 'none'] : ['deposit', 'payment', 'claim', 'none'], t)} />
      {(kind === 'deposit' || kind === 'withdrawal') && (
        <SelectField name="organizationId" label="Organization" required options={(known.data?.items ?? []).map(organization => ({ value: organization.id, label: organization.name }))} />
      )}
      {kind === 'payment' && (
        <SelectField name="invoiceId" label="Invoice" required options={(invoices.data?.items ?? []).filter(invoice => invoice.outstanding !== '0.00')
          .map(invoice => ({ value: invoice.id, label: `${invoice.number} · ${names.get(invoice.organizationId) ?? ''} · ${format.money(invoice.outstanding)}` }))} />
      )}
      {kind === 'settlement' && (
        <>
          <SelectField name="settlementId" label="Settlement" required options={(settlements.data?.items ?? [])
            .map(settlement => ({ value: settlement.id, label: `${format.month(settlement.period)} · ${names.get(settlement.sellerId) ?? ''} · ${format.money(settlement.net)}` }))} />
          <SelectField name="part" label="Part of it" options={optionsOf(['buyers', 'programmes'], t)} />
        </>
      )}
      {kind === 'claim' && (
        <SelectField name="claimId" label="Claim" required options={(claims.data?.items ?? []).filter(claim => claim.status === 'decided')
          .map(claim => ({ value: claim.id, label: `${claim.programme} · ${names.get(claim.payeeId) ?? ''} · ${format.money(claim.approved)}` }))} />
      )}
      <NoteField name="note" label="Note" required />
    </>
  )
}
