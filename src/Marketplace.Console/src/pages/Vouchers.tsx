import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { answer, api } from '../api/client'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { SelectField } from '../components/fields'
import { DecimalField, NoteField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { programmes } from './lists'

export default function Vouchers() {
  const t = useT()
  const { session } = useSession()
  const [programme] = useFilter('programme')
  const known = useQuery(programmes)
  const funds = session.role === 'authority' || session.role === 'admin'
  return (
    <PageBody title={t('Vouchers')} subtitle={t('Face = available + held + redeemed + expired + revoked, always.')} actions={funds && <Issue />}>
      <DataTable
        name="vouchers"
        query={{ programme }}
        load={page => answer(api.GET('/v1/vouchers', { params: { query: { ...page, programme } } }))}
        rowKey={row => row.id}
        filters={<ChoiceFilter name="programme" label="Programme" texts={(known.data?.items ?? []).map(item => ({ value: item.code, label: item.name }))} />}
        empty={session.role === 'enterprise' ? <Link to="/programmes">{t('Look for a programme to apply to')}</Link> : t('Vouchers are issued here, or by approving an application.')}
        columns={[
          { title: 'Voucher', value: row => row.id, as: 'id' },
          { title: 'Programme', value: row => row.programme, render: row => <Link to={`/programmes/${row.programme}`}>{row.programme}</Link> },
          { title: 'Holder', value: row => row.organizationId, as: 'name', hidden: session.role === 'enterprise' },
          { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Expires on', value: row => row.expiresOn, as: 'day', sort: 'expiresOn' },
          { title: 'Face', value: row => row.face, as: 'money', sort: 'face' }, { title: 'Available', value: row => row.available, as: 'money', sort: true },
          { title: 'Held', value: row => row.held, as: 'money', sort: true }, { title: 'Redeemed', value: row => row.redeemed, as: 'money', sort: true },
          { title: 'Expired', value: row => row.expired, as: 'money' }, { title: 'Revoked', value: row => row.revoked, as: 'money' },
          { title: 'Actions', value: () => '', hidden: !funds, render: row => row.available === '0.00' ? null : (
            <ActionButton<{ reason: string }> danger size="small" label="Revoke" explain="What is available of the voucher is taken back; what is held or redeemed stays."
              fields={<NoteField name="reason" label="Reason" required />} onSubmit={values => answer(api.POST('/v1/vouchers/{id}/revoke', { params: { path: { id: row.id } }, body: values }))} />
          ) },
        ]}
      />
    </PageBody>
  )
}

function Issue() {
  const known = useQuery(programmes)
  const { session } = useSession()
  const enterprises = useQuery({ queryKey: ['enterprises'], enabled: session.role === 'admin', queryFn: () => answer(api.GET('/v1/organizations', { params: { query: { limit: '500', kind: 'enterprise' } } })) })
  return (
    <ActionButton<{ programme: string; organizationId: string | string[]; amount: string }>
      type="primary"
      label="Issue a voucher"
      fields={(
        <>
          <SelectField name="programme" label="Programme" required options={(known.data?.items ?? []).filter(item => session.role === 'admin' || item.authorityId === session.organization.id).map(item => ({ value: item.code, label: item.name }))} />
          <SelectField name="organizationId" label="Enterprise" help="Its id, where it isn’t in the list." required many="free" options={(enterprises.data?.items ?? []).map(item => ({ value: item.id, label: item.name }))} />
          <DecimalField name="amount" label="Face" unit="¥" required />
        </>
      )}
      onSubmit={values => answer(api.POST('/v1/programmes/{code}/vouchers', { params: { path: { code: values.programme } }, body: { organizationId: [values.organizationId].flat()[0]!, amount: values.amount } }))}
    />
  )
}
