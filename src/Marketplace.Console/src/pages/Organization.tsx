import { useQuery } from '@tanstack/react-query'
import { Flex } from 'antd'
import { useParams } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { Facts, Figures, Loaded, PageBody, Panel } from '../components/layout'
import { NumberField, SelectField } from '../components/fields'
import { DecimalField, TextField } from '../components/ProblemForm'
import { useTold } from '../components/told'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'
import { traits, wordsOf } from '../i18n/words'
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
  // Who else acts for an organization only its owners say, and see.
  const owner = session.duty === 'owner'
  const changes = owner && session.role !== 'auditor'
  return (
    <>
      <Panel>
        <Facts facts={[
          { title: 'Kind', raw: organization.kind, as: 'label' }, { title: 'Credit code', raw: organization.creditCode }, { title: 'Region', raw: `${provinceOf(organization.regionCode, format.language)} (${organization.regionCode})` },
          { title: 'Taxpayer', raw: organization.taxpayer, as: 'label' }, { title: 'Established on', raw: organization.establishedOn, as: 'day' }, { title: 'Traits', raw: organization.traits.map(trait => wordsOf(traits, trait, t)).join('; ') }, { title: 'Controllers', raw: organization.controllers.join(', ') },
        ]} />
      </Panel>
      {organization.kind === 'enterprise' && <Balance id={organization.id} />}
      {owner && <People organization={organization} changes={changes} />}
      {owner && <Clients organization={organization} changes={changes} />}
    </>
  )
}

function People({ organization, changes }: { organization: Organization; changes: boolean }) {
  const t = useT()
  const { session } = useSession()
  const path = { id: organization.id }
  return (
    <Panel title="People who sign in" extra={changes && <NewPerson organization={organization} />}>
      <DataTable name="people" of={organization.id} load={page => answer(api.GET('/v1/organizations/{id}/people', { params: { path, query: page } }))} rowKey={row => row.userName} empty={t('Make a login for the first person.')}
        columns={[
          { title: 'User name', value: row => row.userName, sort: true }, { title: 'E-mail', value: row => row.email }, { title: 'Role', value: row => row.role, as: 'label' }, { title: 'Duty', value: row => row.duty, as: 'label' },
          { title: 'Locked until', value: row => row.lockedUntil, as: 'instant' },
          { title: 'Actions', value: () => '', hidden: !changes, render: row => row.userName === session.name ? null : <PersonActions organizationId={organization.id} person={row} /> },
        ]} />
    </Panel>
  )
}

function PersonActions({ organizationId, person }: { organizationId: string; person: Schema<'PersonRow'> }) {
  const told = useTold()
  const params = { path: { id: organizationId, personId: person.id } }
  return (
    <Flex gap="small" wrap>
      <ActionButton size="small" label="New password" explain="The one before stops working and its sessions end. The new one is made up and told once."
        onSubmit={async () => told(person.userName, (await answer(api.POST('/v1/organizations/{id}/people/{personId}/passwords', { params }))).password)} />
      <ActionButton size="small" label="End the sessions" explain="Every session and token of the person ends; the password stays." onSubmit={() => answer(api.POST('/v1/organizations/{id}/people/{personId}/revocations', { params }))} />
      <ActionButton danger size="small" label="Erase" explain="All that is known of the person is removed. The audit trail keeps an id that then stands for nobody." onSubmit={() => answer(api.DELETE('/v1/organizations/{id}/people/{personId}', { params }))} />
    </Flex>
  )
}

function Clients({ organization, changes }: { organization: Organization; changes: boolean }) {
  const t = useT()
  const path = { id: organization.id }
  return (
    <Panel title="Clients for programs" extra={changes && <NewClient organization={organization} />}>
      <DataTable name="clients" of={organization.id} load={page => answer(api.GET('/v1/organizations/{id}/clients', { params: { path, query: page } }))} rowKey={row => row.clientId} empty={t('A client lets a program of yours use the API.')}
        columns={[
          { title: 'Name', value: row => row.name, sort: true }, { title: 'Client', value: row => row.clientId }, { title: 'Role', value: row => row.role, as: 'label' }, { title: 'Duty', value: row => row.duty, as: 'label' },
          { title: 'Actions', value: () => '', hidden: !changes, render: row => <ClientActions organizationId={organization.id} client={row} /> },
        ]} />
    </Panel>
  )
}

function ClientActions({ organizationId, client }: { organizationId: string; client: Schema<'ClientRow'> }) {
  const told = useTold()
  const params = { path: { id: organizationId, clientId: client.clientId } }
  return (
    <Flex gap="small" wrap>
      <ActionButton<{ graceHours?: number }> size="small" label="New secret" explain="Its tokens end. The new secret is made up and told once."
        fields={<NumberField name="graceHours" label="Hours for which the old secret works as well" help="Up to 168; none where it is empty." min={0} max={168} />}
        onSubmit={async values => told(client.clientId, (await answer(api.POST('/v1/organizations/{id}/clients/{clientId}/secrets', { params, body: { graceHours: values.graceHours ?? null } }))).clientSecret)} />
      <ActionButton size="small" label="End the tokens" explain="Every token of the client ends; its secret stays." onSubmit={() => answer(api.POST('/v1/organizations/{id}/clients/{clientId}/revocations', { params }))} />
      <ActionButton danger size="small" label="Remove" explain="The client and its tokens are gone; a program that uses it is refused from then on." onSubmit={() => answer(api.DELETE('/v1/organizations/{id}/clients/{clientId}', { params }))} />
    </Flex>
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

/** Duties of the organization; the platform's people are administrators or auditors as well. */
function RoleFields({ organization, duties }: { organization: Organization; duties: Schema<'Duty'>[] }) {
  const t = useT()
  return (
    <>
      {organization.kind === 'platform' && <SelectField name="role" label="Role" options={optionsOf(['admin', 'auditor'], t)} />}
      <SelectField name="duty" label="Duty" help="Owners say who else acts for the organization; operators do its business; viewers read." options={optionsOf(duties.filter(duty => duty !== null), t)} />
    </>
  )
}

function NewPerson({ organization }: { organization: Organization }) {
  const told = useTold()
  return (
    <ActionButton<Schema<'CreatePerson'>> size="small" label="New login" explain="The password is made up and told once." initialValues={{ duty: 'operator' }}
      fields={<><TextField name="userName" label="User name" help="Small letters, digits and - . _ @" required /><TextField name="email" label="E-mail" required /><RoleFields organization={organization} duties={['owner', 'operator', 'viewer']} /></>}
      onSubmit={async values => {
        const made = await answer(api.POST('/v1/organizations/{id}/people', { params: { path: { id: organization.id } }, body: values }))
        told(made.userName, made.password)
      }} />
  )
}

function NewClient({ organization }: { organization: Organization }) {
  const told = useTold()
  return (
    <ActionButton<Schema<'CreateClient'>> size="small" label="New client" explain="The secret is made up and told once." initialValues={{ duty: 'operator' }}
      fields={<><TextField name="name" label="Name" required /><RoleFields organization={organization} duties={organization.kind === 'provider' ? ['owner', 'operator', 'viewer', 'meter'] : ['owner', 'operator', 'viewer']} /></>}
      onSubmit={async values => {
        const made = await answer(api.POST('/v1/organizations/{id}/clients', { params: { path: { id: organization.id } }, body: values }))
        told(made.clientId, made.clientSecret)
      }} />
  )
}
