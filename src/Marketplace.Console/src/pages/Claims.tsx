import type { Dayjs } from 'dayjs'
import { Link, useNavigate } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useMay, useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { DayField, dayText } from '../components/fields'
import { PickerField, PickerFilter } from '../components/Picker'
import { useT } from '../i18n/i18n'
import { parties, programmes } from './lists'

export default function Claims() {
  const t = useT()
  const { session } = useSession()
  const [programme] = useFilter('programme')
  const [status] = useFilter('status')
  const [payeeId] = useFilter('payeeId')
  const claims = useMay()('provider', 'enterprise')
  const decides = session.role !== 'provider' && session.role !== 'enterprise'
  return (
    <PageBody title={t('Claims')} subtitle={t('Voucher money asked back from the authority, with its evidence.')} actions={claims && <Submit />}>
      <DataTable
        name="claims"
        query={{ programme, status, payeeId }}
        load={page => answer(api.GET('/v1/claims', { params: { query: { ...page, programme, status, payeeId } } }))}
        rowKey={row => row.id}
        filters={(
          <>
            <PickerFilter name="programme" label="Programme" source={programmes()} />
            <ChoiceFilter name="status" label="Status" options={['submitted', 'decided', 'paid'] satisfies Schema<'ClaimStatus'>[]} />
            {decides && <PickerFilter name="payeeId" label="Payee" source={parties()} />}
          </>
        )}
        empty={claims ? t('Claim what vouchers paid once a month is billed.') : t('Nothing was claimed yet.')}
        columns={[
          { title: 'Claim', value: row => row.id, render: row => <Link to={`/claims/${row.id}`}>{row.id.slice(-8)}</Link> },
          { title: 'Programme', value: row => row.programme, as: 'programme' }, { title: 'Payee', value: row => row.payeeId, as: 'name' }, { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Up to', value: row => row.upTo, as: 'day', sort: 'upTo' }, { title: 'Items', value: row => row.items.length, as: 'number' },
          { title: 'Total', value: row => row.total, as: 'money', sort: 'total' }, { title: 'Approved', value: row => row.approved, as: 'money' }, { title: 'Submitted', value: row => row.submittedAt, as: 'instant', sort: 'submittedAt' },
        ]}
      />
    </PageBody>
  )
}

function Submit() {
  const navigate = useNavigate()
  return (
    <ActionButton<{ programme: string; upTo: Dayjs }>
      type="primary"
      label="Submit a claim"
      explain="Everything redeemed up to that day and not yet claimed goes into it."
      fields={<><PickerField name="programme" label="Programme" required source={programmes()} /><DayField name="upTo" label="Up to" required /></>}
      onSubmit={async values => navigate(`/claims/${(await answer(api.POST('/v1/claims', { body: { programme: values.programme, upTo: dayText(values.upTo) } }))).id}`)}
    />
  )
}
