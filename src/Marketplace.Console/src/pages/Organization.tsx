import { useQuery } from '@tanstack/react-query'
import { Alert, App, Typography } from 'antd'
import { useParams } from 'react-router'
import { answer, api, type ApiProblem, type Role, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { Facts, Figures, Loaded, PageBody, Panel } from '../components/layout'
import { SelectField } from '../components/fields'
import { DecimalField, TextField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'
import { provinceOf } from './lists'

type Organization = Schema<'OrganizationAnswer'>

export default function OrganizationPage() {
  const t = useT()
  const { id = '' } = useParams()
  const { session } = useSession()
  const organization = useQuery<Organization, ApiProblem>({ queryKey: ['organization', id], queryFn: () => answer(api.GET('/v1/organizations/{id}', { params: { path: { id } } })) })
  const overseer = session.role === 'admin' || session.role === 'auditor'
  return (
    <PageBody title={organization.data?.name ?? t('Organization')} of={overseer ? { title: 'Organizations', path: '/organizations' } : undefined}>
      <Loaded query={organization}>{found => <Details organization={found} />}</Loaded>
    </PageBody>
  )
}

function Details({ organization }: { organization: Organization }) {
  const t = useT()
  const format = useFormat()
  const { session } = useSession()
  const changes = session.role !== 'auditor'
  const path = { id: organization.id }
  return (
    <>
      <Panel>
        <Facts facts={[
          { title: 'Kind', raw: organization.kind, as: 'label' }, { title: 'Credit code', raw: organization.creditCode }, { title: 'Region', raw: `${provinceOf(organization.regionCode, format.language)} (${organization.regionCode})` },
          { title: 'Taxpayer', raw: organization.taxpayer, as: 'label' }, { title: 'Established on', raw: organization.establishedOn, as: 'day' }, { title: 'Traits', raw: organization.traits.join(', ') }, { title: 'Controllers', raw: organization.controllers.join(', ') },
        ]} />
      </Panel>
      {organization.kind === 'enterprise' && <Balance id={organization.id} />}
      <Panel title="People who sign in" extra={changes && <NewPerson organization={organization} />}>
        <DataTable name="people" load={page => answer(api.GET('/v1/organizations/{id}/people', { params: { path, query: page } }))} rowKey={row => row.userName} empty={t('Make a login for the first person.')}
          columns={[{ title: 'User name', value: row => row.userName, sort: true }, { title: 'E-mail', value: row => row.email }, { title: 'Role', value: row => row.role, as: 'label' }]} />
      </Panel>
      <Panel title="Clients for programs" extra={changes && <NewClient organization={organization} />}>
        <DataTable name="clients" load={page => answer(api.GET('/v1/organizations/{id}/clients', { params: { path, query: page } }))} rowKey={row => row.clientId} empty={t('A client lets a program of yours use the API.')}
          columns={[{ title: 'Name', value: row => row.name, sort: true }, { title: 'Client', value: row => row.clientId }, { title: 'Role', value: row => row.role, as: 'label' }]} />
      </Panel>
    </>
  )
}

function Balance({ id }: { id: string }) {
  const { session } = useSession()
  const path = { id }
  const balance = useQuery<Schema<'BalanceAnswer'>, ApiProblem>({ queryKey: ['balance', id], queryFn: () => answer(api.GET('/v1/organizations/{id}/balance', { params: { path } })) })
  const transfer = <><DecimalField name="amount" label="Amount" unit="¥" required /><TextField name="reference" label="Bank reference" required /></>
  type Transfer = Schema<'TransferMoney'>
  return (
    <Panel title="Money" extra={session.role === 'admin' && (
      <>
        <ActionButton<Transfer> size="small" label="Record a deposit" fields={transfer} onSubmit={values => answer(api.POST('/v1/organizations/{id}/deposits', { params: { path }, body: values }))} />{' '}
        <ActionButton<Transfer> size="small" label="Record a withdrawal" fields={transfer} onSubmit={values => answer(api.POST('/v1/organizations/{id}/withdrawals', { params: { path }, body: values }))} />{' '}
        <ActionButton<Schema<'SetCreditLimit'>> size="small" label="Set the credit limit" fields={<DecimalField name="limit" label="Credit limit" unit="¥" required />} onSubmit={values => answer(api.PUT('/v1/organizations/{id}/credit', { params: { path }, body: values }))} />
      </>
    )}>
      <Loaded query={balance}>{found => (
        <Figures figures={[
          { title: 'Deposit', raw: found.deposit, as: 'money' }, { title: 'Held for orders', raw: found.held, as: 'money' }, { title: 'Available deposit', raw: found.available, as: 'money' },
          { title: 'Credit limit', raw: found.creditLimit, as: 'money' }, { title: 'Owed on invoices', raw: found.receivable, as: 'money' },
        ]} />
      )}</Loaded>
    </Panel>
  )
}

/** Shows a secret that is told this once, and stays until it is put away. */
function useTold() {
  const t = useT()
  const { modal } = App.useApp()
  return (name: string, secret: string) => modal.info({
    title: name,
    content: <><Alert type="warning" showIcon title={t('This is told once: keep it now.')} /><Typography.Paragraph code copyable={{ tabIndex: 0 }} style={{ overflowWrap: 'anywhere', marginTop: 12 }}>{secret}</Typography.Paragraph></>,
  })
}

function RoleField({ organization }: { organization: Organization }) {
  const t = useT()
  return organization.kind === 'platform' ? <SelectField name="role" label="Role" options={optionsOf(['admin', 'auditor'], t)} /> : null
}

function NewPerson({ organization }: { organization: Organization }) {
  const told = useTold()
  return (
    <ActionButton<{ userName: string; email: string; role?: Role }> size="small" label="New login" explain="The password is made up and told once."
      fields={<><TextField name="userName" label="User name" help="Small letters, digits and - . _ @" required /><TextField name="email" label="E-mail" required /><RoleField organization={organization} /></>}
      onSubmit={async values => {
        const made = await answer(api.POST('/v1/organizations/{id}/people', { params: { path: { id: organization.id } }, body: values }))
        told(made.userName, made.password)
      }} />
  )
}

function NewClient({ organization }: { organization: Organization }) {
  const told = useTold()
  return (
    <ActionButton<{ name: string; role?: Role }> size="small" label="New client" explain="The secret is made up and told once."
      fields={<><TextField name="name" label="Name" required /><RoleField organization={organization} /></>}
      onSubmit={async values => {
        const made = await answer(api.POST('/v1/organizations/{id}/clients', { params: { path: { id: organization.id } }, body: values }))
        told(made.clientId, made.clientSecret)
      }} />
  )
}
