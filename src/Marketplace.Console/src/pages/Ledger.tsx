import { useQuery } from '@tanstack/react-query'
import { Flex, Tabs } from 'antd'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { DayFilter, useDayInstants } from '../components/dayFilters'
import { ChoiceFilter, useFilter } from '../components/filters'
import { Loaded, PageBody, Panel } from '../components/layout'
import { PickerFilter } from '../components/Picker'
import { DecimalField, TextField } from '../components/ProblemForm'
import { ProgrammeName } from '../components/value'
import { useT } from '../i18n/i18n'
import { accountText, actions, wordsOf } from '../i18n/words'
import { parties } from './lists'

export default function Ledger() {
  const t = useT()
  const [tab, setTab] = useFilter('tab', 'balance')
  const { session } = useSession()
  return (
    <PageBody title={t('Ledger')} actions={session.role === 'admin' && <WithdrawCommission />}>
      <Tabs activeKey={tab} onChange={setTab} items={[
        { key: 'balance', label: t('Trial balance'), children: <TrialBalance /> },
        { key: 'postings', label: t('Postings'), children: <Postings /> },
        { key: 'party', label: t('Statement of a party'), children: <PartyStatement /> },
      ]} />
    </PageBody>
  )
}

function WithdrawCommission() {
  return (
    <ActionButton<Schema<'WithdrawCommission'>>
      label="Record a commission payout"
      explain="The custodian paid commission to the platform: the only way from custody to the platform’s own cash."
      fields={<><DecimalField name="amount" label="Amount" unit="¥" required /><TextField name="reference" label="Bank reference" required /></>}
      onSubmit={values => answer(api.POST('/v1/ledger/commission-withdrawals', { body: values }))}
    />
  )
}

/** Money, or the vouchers of a programme. */
function AssetName({ asset }: { asset: string }) {
  const t = useT()
  return asset.startsWith('VOUCHER/') ? <div className="words">{t('Vouchers')}: <ProgrammeName code={asset.slice('VOUCHER/'.length)} /></div> : asset === 'CNY' ? t('Money') : asset
}

function useTrialBalance(at?: string) {
  const { end } = useDayInstants()
  return useQuery<Schema<'TrialBalanceAnswer'>, ApiProblem>({ queryKey: ['trial-balance', at], queryFn: () => answer(api.GET('/v1/ledger/trial-balance', { params: { query: { at: end(at) } } })) })
}

function TrialBalance() {
  const t = useT()
  const [at] = useFilter('at')
  const balance = useTrialBalance(at)
  return (
    <Flex vertical gap="middle">
      <DayFilter name="at" label="At the end of" />
      <Loaded query={balance}>{found => (
        <>
          <Panel title="By asset: debit and credit are the same">
            <DataTable name="trial-balance-assets" rows={found.assets} rowKey={row => row.asset} empty={t('Nothing was posted yet.')}
              columns={[{ title: 'Asset', value: row => row.asset, render: row => <AssetName asset={row.asset} /> }, { title: 'Debit', value: row => row.debit, as: 'money' }, { title: 'Credit', value: row => row.credit, as: 'money' }]} />
          </Panel>
          <Panel title="By account">
            <DataTable name="trial-balance" rows={found.accounts} rowKey={row => row.asset + row.account} empty={t('Nothing was posted yet.')}
              columns={[{ title: 'Asset', value: row => row.asset, render: row => <AssetName asset={row.asset} />, sort: true }, { title: 'Account', value: row => row.account, render: row => accountText(row.account, t), sort: true }, { title: 'Balance', value: row => row.balance, as: 'money', sort: true }]} />
          </Panel>
        </>
      )}</Loaded>
    </Flex>
  )
}

function Postings() {
  const t = useT()
  const [account] = useFilter('account')
  const [from] = useFilter('from')
  const [to] = useFilter('to')
  const { start, end } = useDayInstants()
  const balance = useTrialBalance()
  return (
    <DataTable
      name="postings"
      query={{ account, from, to }}
      load={page => answer(api.GET('/v1/ledger/postings', { params: { query: { ...page, account, from: start(from), to: end(to) } } }))}
      rowKey={row => row.id}
      filters={<><ChoiceFilter name="account" label="Account" texts={[...new Set(balance.data?.accounts.map(row => row.account))].map(value => ({ value, label: accountText(value, t) }))} /><DayFilter name="from" label="From" /><DayFilter name="to" label="To" /></>}
      empty={t('Nothing was posted yet.')}
      columns={[
        { title: 'Time', value: row => row.at, as: 'instant', sort: 'at' }, { title: 'Event', value: row => row.event, render: row => wordsOf(actions, row.event, t) }, { title: 'Reference', value: row => row.reference, as: 'id' }, { title: 'Account', value: row => row.account, render: row => accountText(row.account, t) },
        { title: 'Party', value: row => row.partyId?.replaceAll('-', ''), as: 'name' }, { title: 'Asset', value: row => row.asset, render: row => <AssetName asset={row.asset} /> }, { title: 'Amount', value: row => row.amount, as: 'money' },
      ]}
    />
  )
}

/** What an organization's accounts stood at, what moved, and what they stand at then. */
function PartyStatement() {
  const t = useT()
  const [party] = useFilter('party')
  const [from] = useFilter('from')
  const [to] = useFilter('to')
  const { start, end } = useDayInstants()
  const filters = (
    <>
      <PickerFilter name="party" label="Party" source={parties()} />
      <DayFilter name="from" label="From" /><DayFilter name="to" label="To" />
    </>
  )
  return (
    <DataTable
      name="party-statement"
      query={{ party, from, to }}
      load={async () => party
        ? { items: (await answer(api.GET('/v1/ledger/statements', { params: { query: { partyId: party, from: start(from), to: end(to) } } }))).accounts, next: null }
        : { items: [], next: null }}
      rowKey={row => row.asset + row.account}
      filters={filters}
      empty={t('Choose a party to see its accounts.')}
      columns={[
        { title: 'Asset', value: row => row.asset, render: row => <AssetName asset={row.asset} /> }, { title: 'Account', value: row => row.account, render: row => accountText(row.account, t) }, { title: 'Opening', value: row => row.opening, as: 'money' },
        { title: 'Debit', value: row => row.debit, as: 'money' }, { title: 'Credit', value: row => row.credit, as: 'money' }, { title: 'Closing', value: row => row.closing, as: 'money' },
      ]}
    />
  )
}
