import { useQuery } from '@tanstack/react-query'
import { Form } from 'antd'
import { answer, api, everything, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useMay } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { csvBody, CsvImport } from '../components/CsvImport'
import { DataTable } from '../components/DataTable'
import { SelectField } from '../components/fields'
import { DayFilter } from '../components/dayFilters'
import { ChoiceFilter, TextFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { PickerField } from '../components/Picker'
import { NoteField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { labelOf, optionsOf } from '../i18n/labels'
import { parties } from './lists'

type Row = Schema<'BankRowAnswer'>

export default function Bank() {
  const t = useT()
  const [status] = useFilter('status')
  const [from] = useFilter('from')
  const [to] = useFilter('to')
  const [reference] = useFilter('reference')
  const admin = useMay()('admin')
  return (
    <PageBody title={t('Bank statements')} subtitle={t('A row of the custodian’s bank is booked where one thing fits; the others wait for somebody to say what they are.')} actions={admin && <Import />}>
      <DataTable
        name="bank-rows"
        query={{ status, from, to, reference }}
        load={page => answer(api.GET('/v1/bank-statements/rows', { params: { query: { ...page, status, from, to, reference } } }))}
        rowKey={row => row.id}
        filters={<><ChoiceFilter name="status" label="Status" options={['pending', 'matched', 'unmatched', 'resolved']} /><TextFilter name="reference" label="Bank reference" /><DayFilter name="from" label="From" /><DayFilter name="to" label="To" /></>}
        empty={admin ? t('Import the first statement of the custodian’s bank, as a CSV file.') : t('No statement was imported yet.')}
        columns={[
          { title: 'Booked on', value: row => row.bookedOn, as: 'day', sort: 'bookedOn' },
          { title: 'Amount', value: row => row.amount, as: 'money', sort: 'amount' },
          { title: 'Bank reference', value: row => row.reference },
          { title: 'Counterparty’s credit code', value: row => row.counterpartyCode, spare: true },
          { title: 'Remark', value: row => row.remark, render: row => <div className="words">{row.remark}</div> },
          { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Outcome', value: row => row.outcome, render: row => row.outcome && labelOf(row.outcome, t) },
          { title: 'Note', value: row => row.note, as: 'note', spare: true },
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
        body: { as: values.as, note: values.note, organizationId: values.as === 'deposit' || values.as === 'withdrawal' ? values.organizationId ?? null : null, invoiceId: values.invoiceId ?? null, settlementId: values.settlementId ?? null, part: values.part ?? null, claimId: values.claimId ?? null },
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
  const organizationId = Form.useWatch<string | undefined>('organizationId')
  const of = (what: string) => ({ queryKey: [what, 'open', organizationId], enabled: kind === what && !!organizationId })
  const invoices = useQuery({ ...of('payment'), queryFn: () => everything(page => answer(api.GET('/v1/invoices', { params: { query: { ...page, organizationId, status: 'issued' } } }))) })
  const settlements = useQuery({ ...of('settlement'), queryFn: () => everything(page => answer(api.GET('/v1/settlements', { params: { query: { ...page, organizationId } } }))) })
  const claims = useQuery({ ...of('claim'), queryFn: () => everything(page => answer(api.GET('/v1/claims', { params: { query: { ...page, payeeId: organizationId, status: 'decided' } } }))) })
  return (
    <>
      <SelectField name="as" label="What it is" required options={optionsOf(out ? ['withdrawal', 'settlement', 'none'] : ['deposit', 'payment', 'claim', 'none'], t)} />
      {kind && kind !== 'none' && <PickerField name="organizationId" label="Organization" required source={parties()} />}
      {kind === 'payment' && (
        <SelectField name="invoiceId" label="Invoice" required options={(invoices.data ?? []).filter(invoice => invoice.organizationId === organizationId)
          .map(invoice => ({ value: invoice.id, label: `${invoice.number} · ${format.month(invoice.period)} · ${format.money(invoice.outstanding)}` }))} />
      )}
      {kind === 'settlement' && (
        <>
          <SelectField name="settlementId" label="Settlement" required options={(settlements.data ?? []).map(settlement => ({ value: settlement.id, label: `${format.month(settlement.period)} · ${format.money(settlement.net)}` }))} />
          <SelectField name="part" label="Part of it" options={optionsOf(['buyers', 'programmes'], t)} />
        </>
      )}
      {kind === 'claim' && (
        <SelectField name="claimId" label="Claim" required options={(claims.data ?? []).map(claim => ({ value: claim.id, label: `${claim.programme} · ${format.day(claim.upTo)} · ${format.money(claim.approved)}` }))} />
      )}
      <NoteField name="note" label="Note" required />
    </>
  )
}
