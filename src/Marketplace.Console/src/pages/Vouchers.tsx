import { Link } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useMay, useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { PickerField, PickerFilter } from '../components/Picker'
import { DecimalField, NoteField } from '../components/ProblemForm'
import { ProgrammeName } from '../components/value'
import { useT } from '../i18n/i18n'
import { parties, programmes } from './lists'

export default function Vouchers() {
  const t = useT()
  const { session } = useSession()
  const [programme] = useFilter('programme')
  const [status] = useFilter('status')
  const [organizationId] = useFilter('organizationId')
  const funds = useMay()('authority', 'admin')
  return (
    <PageBody title={t('Vouchers')} subtitle={t('Face = available + held + redeemed + expired + revoked, always.')} actions={funds && <Issue />}>
      <DataTable
        name="vouchers"
        query={{ programme, status, organizationId }}
        load={page => answer(api.GET('/v1/vouchers', { params: { query: { ...page, programme, status, organizationId } } }))}
        rowKey={row => row.id}
        filters={(
          <>
            <PickerFilter name="programme" label="Programme" source={programmes()} />
            <ChoiceFilter name="status" label="Status" options={['issued', 'held', 'partlyRedeemed', 'redeemed', 'expired', 'revoked'] satisfies Schema<'VoucherStatus'>[]} />
            {session.role !== 'enterprise' && <PickerFilter name="organizationId" label="Holder" source={parties('enterprise')} />}
          </>
        )}
        empty={session.role === 'enterprise' ? <Link to="/programmes">{t('Look for a programme to apply to')}</Link> : t('Vouchers are issued here, or by approving an application.')}
        columns={[
          { title: 'Voucher', value: row => row.id, as: 'id' },
          { title: 'Programme', value: row => row.programme, as: 'programme', render: row => <Link to={`/programmes/${row.programme}`}><ProgrammeName code={row.programme} /></Link> },
          { title: 'Holder', value: row => row.organizationId, as: 'name' },
          { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Expires on', value: row => row.expiresOn, as: 'day', sort: 'expiresOn' },
          { title: 'Face', value: row => row.face, as: 'money', sort: 'face' }, { title: 'Available', value: row => row.available, as: 'money' },
          { title: 'Held', value: row => row.held, as: 'money', spare: funds }, { title: 'Redeemed', value: row => row.redeemed, as: 'money' },
          { title: 'Expired', value: row => row.expired, as: 'money', spare: true }, { title: 'Revoked', value: row => row.revoked, as: 'money', spare: true },
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
  const { session } = useSession()
  return (
    <ActionButton<{ programme: string; organizationId: string; amount: string }>
      type="primary"
      label="Issue a voucher"
      fields={(
        <>
          <PickerField name="programme" label="Programme" required source={programmes(session.role === 'admin' ? undefined : session.organization.id)} />
          <PickerField name="organizationId" label="Enterprise" help="Its id, where it isn’t in the list." required source={parties('enterprise')} />
          <DecimalField name="amount" label="Face" unit="¥" required />
        </>
      )}
      onSubmit={values => answer(api.POST('/v1/programmes/{code}/vouchers', { params: { path: { code: values.programme } }, body: { organizationId: values.organizationId, amount: values.amount } }))}
    />
  )
}
