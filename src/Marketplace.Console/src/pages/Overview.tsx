import { useQuery } from '@tanstack/react-query'
import { Button, Flex, Steps } from 'antd'
import { Link } from 'react-router'
import { answer, api, type ApiProblem, type Page, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { DataTable } from '../components/DataTable'
import { Figures, Loaded, PageBody, Panel, type Fact } from '../components/layout'
import { useT, type Text } from '../i18n/i18n'
import { listOrders } from './lists'
import { orderColumns } from './orderColumns'

/** What matters to the reader's role now, and where to begin. */
export default function Overview() {
  const t = useT()
  const { session } = useSession()
  const format = useFormat()
  return (
    <PageBody title={t('Overview')} subtitle={`${session.organization.name} · ${format.day(format.clock().format('YYYY-MM-DD'))}`}>
      {session.role === 'enterprise' && <Enterprise id={session.organization.id} />}
      {session.role === 'provider' && <Provider />}
      {session.role === 'authority' && <Authority />}
      {(session.role === 'admin' || session.role === 'auditor') && <Overseer />}
    </PageBody>
  )
}

/** How many a list has, as far as one page of it says. */
const counted = (page: Page<unknown>) => page.next ? `${page.items.length}+` : `${page.items.length}`

function Start({ steps }: { steps: { title: Text; text: Text; to: string }[] }) {
  const t = useT()
  return (
    <Panel title="How to begin">
      <Steps responsive size="small" items={steps.map(step => ({ title: <Link to={step.to}>{t(step.title)}</Link>, content: t(step.text), status: 'process' as const }))} />
    </Panel>
  )
}

function RunningOrders() {
  const t = useT()
  return (
    <Panel title="Running now">
      <DataTable name="orders-running" load={listOrders('running')} rowKey={row => row.id} columns={orderColumns} empty={t('Nothing runs at this moment.')} refresh={60_000} />
    </Panel>
  )
}

function Enterprise({ id }: { id: string }) {
  const t = useT()
  const balance = useQuery<Schema<'BalanceAnswer'>, ApiProblem>({ queryKey: ['balance', id], queryFn: () => answer(api.GET('/v1/organizations/{id}/balance', { params: { path: { id } } })) })
  const vouchers = useQuery<Schema<'PageOfVoucherAnswer'>, ApiProblem>({ queryKey: ['vouchers', 'mine'], queryFn: () => answer(api.GET('/v1/vouchers', { params: { query: { limit: '500' } } })) })
  return (
    <>
      <Loaded query={balance}>{money => (
        <Figures figures={[
          { title: 'Available deposit', raw: money.available, as: 'money' }, { title: 'Held for orders', raw: money.held, as: 'money', to: '/orders' },
          { title: 'Credit limit', raw: money.creditLimit, as: 'money' }, { title: 'Owed on invoices', raw: money.receivable, as: 'money', to: '/invoices' },
          { title: 'Vouchers', raw: vouchers.data && counted(vouchers.data), to: '/vouchers' },
        ]} />
      )}</Loaded>
      <Flex gap="small"><Link to="/buy"><Button type="primary" size="large">{t('Find capacity')}</Button></Link></Flex>
      <RunningOrders />
      <Start steps={[
        { title: 'Find capacity', text: 'Say what you need, and see the plan, its price and what vouchers pay.', to: '/buy' },
        { title: 'Order', text: 'Cards, vouchers and deposit are taken together, or none of them.', to: '/orders' },
        { title: 'Use', text: 'Access and usage stand with each order.', to: '/orders' },
        { title: 'Check the invoice', text: 'Every line opens down to the readings it rests on.', to: '/invoices' },
      ]} />
    </>
  )
}

function Provider() {
  const settlements = useQuery<Schema<'PageOfSettlementAnswer'>, ApiProblem>({ queryKey: ['settlements', 'last'], queryFn: () => answer(api.GET('/v1/settlements', { params: { query: { limit: '12' } } })) })
  const centers = useQuery<Schema<'PageOfCenterAnswer'>, ApiProblem>({ queryKey: ['centers', 'all'], queryFn: () => answer(api.GET('/v1/centers', { params: { query: { limit: '500' } } })) })
  const last = settlements.data?.items[0]
  const figures: (Fact & { to?: string })[] = [
    { title: 'Centres', raw: centers.data && counted(centers.data), to: '/centers' },
    { title: 'Last settled month', raw: last?.period, as: 'month', to: '/revenue' },
    { title: 'Sold in it', raw: last?.gross, as: 'money', to: '/revenue' },
    { title: 'Net of commission', raw: last?.net, as: 'money', to: '/revenue' },
  ]
  return (
    <>
      <Figures figures={figures} />
      <RunningOrders />
      <Start steps={[
        { title: 'Add a centre and its nodes', text: 'One by one, or from a CSV file with a preview.', to: '/centers' },
        { title: 'List capacity', text: 'Say which nodes, when and at what price; off-peak hours can cost less.', to: '/listings' },
        { title: 'Register a meter', text: 'Its readings are what gets billed.', to: '/meters' },
        { title: 'Get paid', text: 'Settlements show what buyers paid; claims bring what vouchers paid.', to: '/revenue' },
      ]} />
    </>
  )
}

function Authority() {
  const t = useT()
  const programmes = useQuery<Schema<'PageOfProgrammeAnswer'>, ApiProblem>({ queryKey: ['programmes', 'all'], queryFn: () => answer(api.GET('/v1/programmes', { params: { query: { limit: '500' } } })) })
  const waiting = useQuery<Schema<'PageOfApplicationAnswer'>, ApiProblem>({ queryKey: ['applications', 'submitted'], queryFn: () => answer(api.GET('/v1/applications', { params: { query: { limit: '500', status: 'submitted' } } })) })
  const claims = useQuery<Schema<'PageOfClaimAnswer'>, ApiProblem>({ queryKey: ['claims', 'submitted'], queryFn: () => answer(api.GET('/v1/claims', { params: { query: { limit: '500', status: 'submitted' } } })) })
  return (
    <>
      <Figures figures={[
        { title: 'Programmes', raw: programmes.data && counted(programmes.data), to: '/programmes' },
        { title: 'Applications to review', raw: waiting.data && counted(waiting.data), to: '/applications?status=submitted' },
        { title: 'Claims to decide', raw: claims.data && counted(claims.data), to: '/claims?status=submitted' },
      ]} />
      <Panel title="Programmes">
        <DataTable
          name="programmes"
          load={page => answer(api.GET('/v1/programmes', { params: { query: page } }))}
          rowKey={row => row.code}
          empty={<Link to="/programmes/new">{t('Set up the first programme')}</Link>}
          columns={[
            { title: 'Programme', value: row => row.name, render: row => <Link to={`/programmes/${row.code}`}>{row.name}</Link> },
            { title: 'Budget', value: row => row.budget, as: 'money' }, { title: 'Issued', value: row => row.issued, as: 'money' },
            { title: 'Redeemed', value: row => row.redeemed, as: 'money' }, { title: 'Claimed', value: row => row.claimed, as: 'money' },
            { title: 'Paid', value: row => row.paid, as: 'money' }, { title: 'Remaining', value: row => row.remaining, as: 'money' },
          ]}
        />
      </Panel>
      <Start steps={[
        { title: 'Set up a programme', text: 'From a template of a real one, with rules in a form.', to: '/programmes/new' },
        { title: 'Review applications', text: 'Step by step, with public notice where the rules ask for it.', to: '/applications' },
        { title: 'Review claims', text: 'Item by item, with the invoice and its readings one click away.', to: '/claims' },
        { title: 'See what it moves', text: 'Who buys where, on which chips, and the share that vouchers paid.', to: '/market' },
      ]} />
    </>
  )
}

function Overseer() {
  const flags = useQuery<Schema<'PageOfFlagAnswer'>, ApiProblem>({ queryKey: ['flags', 'open'], queryFn: () => answer(api.GET('/v1/audit/flags', { params: { query: { limit: '500', status: 'open' } } })) })
  const disputes = useQuery<Schema<'PageOfDisputeAnswer'>, ApiProblem>({ queryKey: ['disputes', 'open'], queryFn: () => answer(api.GET('/v1/disputes', { params: { query: { limit: '500', status: 'open' } } })) })
  const jobs = useQuery<Schema<'PageOfJobAnswer'>, ApiProblem>({ queryKey: ['jobs'], queryFn: () => answer(api.GET('/v1/jobs')) })
  return (
    <>
      <Figures figures={[
        { title: 'Open flags', raw: flags.data && counted(flags.data), to: '/flags?status=open' },
        { title: 'Open disputes', raw: disputes.data && counted(disputes.data), to: '/disputes?status=open' },
        { title: 'Jobs that failed last', raw: jobs.data?.items.filter(job => job.runs[0]?.outcome === 'failed').length, as: 'number', to: '/job-runs' },
      ]} />
      <RunningOrders />
      <Start steps={[
        { title: 'Register the parties', text: 'Providers, enterprises and authorities, with their logins.', to: '/organizations' },
        { title: 'Watch the jobs', text: 'Closing, billing and settling run by themselves.', to: '/job-runs' },
        { title: 'Prove it', text: 'Hold every invariant against the live data, and make invoices again to the byte.', to: '/proof' },
      ]} />
    </>
  )
}
