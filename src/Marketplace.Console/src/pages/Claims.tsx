import { useQuery } from '@tanstack/react-query'
import type { Dayjs } from 'dayjs'
import { Link, useNavigate } from 'react-router'
import { answer, api } from '../api/client'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { DayField, dayText, SelectField } from '../components/fields'
import { useT } from '../i18n/i18n'
import { programmes } from './lists'

export default function Claims() {
  const t = useT()
  const { session } = useSession()
  const [programme] = useFilter('programme')
  const known = useQuery(programmes)
  const claims = session.role === 'provider' || session.role === 'enterprise'
  return (
    <PageBody title={t('Claims')} subtitle={t('Voucher money asked back from the authority, with its evidence.')} actions={claims && <Submit />}>
      <DataTable
        name="claims"
        query={{ programme }}
        load={page => answer(api.GET('/v1/claims', { params: { query: { ...page, programme } } }))}
        rowKey={row => row.id}
        filters={<ChoiceFilter name="programme" label="Programme" texts={(known.data?.items ?? []).map(item => ({ value: item.code, label: item.name }))} />}
        empty={claims ? t('Claim what vouchers paid once a month is billed.') : t('Nothing was claimed yet.')}
        columns={[
          { title: 'Claim', value: row => row.id, render: row => <Link to={`/claims/${row.id}`}>{row.id.slice(-8)}</Link> },
          { title: 'Programme', value: row => row.programme }, { title: 'Payee', value: row => row.payeeId, as: 'name' }, { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Up to', value: row => row.upTo, as: 'day' }, { title: 'Items', value: row => row.items.length, as: 'number' },
          { title: 'Total', value: row => row.total, as: 'money', sort: true }, { title: 'Approved', value: row => row.approved, as: 'money', sort: true }, { title: 'Submitted', value: row => row.submittedAt, as: 'instant' },
        ]}
      />
    </PageBody>
  )
}

function Submit() {
  const known = useQuery(programmes)
  const navigate = useNavigate()
  return (
    <ActionButton<{ programme: string; upTo: Dayjs }>
      type="primary"
      label="Submit a claim"
      explain="Everything redeemed up to that day and not yet claimed goes into it."
      fields={<><SelectField name="programme" label="Programme" required options={(known.data?.items ?? []).map(item => ({ value: item.code, label: item.name }))} /><DayField name="upTo" label="Up to" required /></>}
      onSubmit={async values => navigate(`/claims/${(await answer(api.POST('/v1/claims', { body: { programme: values.programme, upTo: dayText(values.upTo) } }))).id}`)}
    />
  )
}
