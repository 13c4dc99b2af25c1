import { useQuery } from '@tanstack/react-query'
import { Tabs } from 'antd'
import { useMemo } from 'react'
import { answer, api, everything, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { Chart } from '../components/Chart'
import { DataTable } from '../components/DataTable'
import { MonthFilter } from '../components/dayFilters'
import { useFilter } from '../components/filters'
import { PageBody, Panel } from '../components/layout'
import { TextField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { revenueByMonth } from './revenue'

type Settlement = Schema<'SettlementAnswer'>

export default function Settlements() {
  const t = useT()
  const { session } = useSession()
  const [tab, setTab] = useFilter('tab', 'settlements')
  return (
    <PageBody title={t('Settlements')} subtitle={t('What sellers get for a month: the buyers’ part now, the programmes’ when the authority pays.')}>
      {session.role !== 'admin' && session.role !== 'auditor' && <Revenue />}
      <Tabs activeKey={tab} onChange={setTab} items={[
        { key: 'settlements', label: t('Settlements'), children: <List /> },
        { key: 'commission', label: t('Commission invoices'), children: <CommissionInvoices /> },
      ]} />
    </PageBody>
  )
}

function List() {
  const t = useT()
  const { session } = useSession()
  const [period] = useFilter('period')
  return (
    <DataTable
      name="settlements"
      query={{ period }}
      load={page => answer(api.GET('/v1/settlements', { params: { query: { ...page, period } } }))}
      rowKey={row => row.id}
      filters={<MonthFilter name="period" label="Month" />}
      empty={t('Settlements are made when a month is billed.')}
      expand={row => <Documents settlement={row} />}
      columns={[
        { title: 'Month', value: row => row.period, as: 'month' }, { title: 'Seller', value: row => row.sellerId, as: 'name' },
        { title: 'Gross', value: row => row.gross, as: 'money', sort: true }, { title: 'Commission', value: row => row.commission, as: 'money' }, { title: 'Net', value: row => row.net, as: 'money', sort: true },
        { title: 'From buyers', value: row => row.fromBuyers, as: 'money' }, { title: 'From programmes', value: row => row.fromProgrammes, as: 'money' },
        { title: 'Paid out', value: row => row.paidAt, as: 'instant' }, { title: 'Bank reference', value: row => row.paymentReference },
        { title: 'Actions', value: () => '', hidden: session.role !== 'admin', render: row => row.paidAt ? null : (
          <ActionButton<{ reference: string }> size="small" label="Record the payout" fields={<TextField name="reference" label="Bank reference" required />} onSubmit={values => answer(api.POST('/v1/settlements/{id}/payments', { params: { path: { id: row.id } }, body: values }))} />
        ) },
      ]}
    />
  )
}

/** What the platform invoiced as its commission, one a settlement. */
function CommissionInvoices() {
  const t = useT()
  const [period] = useFilter('period')
  return (
    <DataTable
      name="commission-invoices"
      query={{ period }}
      load={page => answer(api.GET('/v1/commission-invoices', { params: { query: { ...page, period } } }))}
      rowKey={row => row.id}
      filters={<MonthFilter name="period" label="Month" />}
      empty={t('The platform invoices its commission with each settlement.')}
      columns={[
        { title: 'Number', value: row => row.number }, { title: 'Month', value: row => row.period, as: 'month' }, { title: 'Seller', value: row => row.sellerId, as: 'name' },
        { title: 'Net', value: row => row.net, as: 'money' }, { title: 'VAT', value: row => row.vat, as: 'money' }, { title: 'VAT rate', value: row => row.vatRate, as: 'percent' },
        { title: 'Total', value: row => row.total, as: 'money' }, { title: 'Issued on', value: row => row.issuedAt, as: 'instant' },
      ]}
    />
  )
}

function Documents({ settlement }: { settlement: Settlement }) {
  const t = useT()
  return (
    <DataTable
      name="settlement" of={settlement.id}
      load={() => Promise.resolve({ items: settlement.lines, next: null })}
      rowKey={row => row.document + row.number + row.organizationId}
      empty={t('Nothing was invoiced.')}
      columns={[{ title: 'Document', value: row => row.document === 'invoice' ? t('Invoice') : row.document }, { title: 'Number', value: row => row.number }, { title: 'Buyer', value: row => row.organizationId, as: 'name' }, { title: 'Total', value: row => row.total, as: 'money' }]}
    />
  )
}

function Revenue() {
  const t = useT()
  const format = useFormat()
  const settlements = useQuery<Settlement[], ApiProblem>({ queryKey: ['settlements', 'all'], queryFn: () => everything(page => answer(api.GET('/v1/settlements', { params: { query: page } }))) })
  const option = useMemo(() => {
    const months = revenueByMonth(settlements.data ?? [])
    return {
      legend: { top: 0 },
      xAxis: { type: 'category', data: months.map(month => format.month(month.period)) },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => format.shortMoney(value) } },
      series: (['fromBuyers', 'fromProgrammes', 'commission'] as const).map(field => ({
        name: { fromBuyers: t('From buyers'), fromProgrammes: t('From programmes'), commission: t('Commission') }[field], type: 'bar', stack: 'revenue', barMaxWidth: 56, data: months.map(month => month[field] / 100),
      })),
    }
  }, [settlements.data, format, t])
  return settlements.data?.length ? <Panel title="Revenue by month"><Chart option={option} summary={t('Revenue by month, from buyers and from programmes')} /></Panel> : null
}
