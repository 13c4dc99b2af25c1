import { useQuery } from '@tanstack/react-query'
import { Tabs } from 'antd'
import { useMemo } from 'react'
import { answer, api, everything, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useMay, useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { Chart } from '../components/Chart'
import { DataTable } from '../components/DataTable'
import { MonthFilter } from '../components/dayFilters'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody, Panel } from '../components/layout'
import { PickerFilter } from '../components/Picker'
import { SelectField } from '../components/fields'
import { TextField } from '../components/ProblemForm'
import { Two } from '../components/value'
import { fen } from '../format/format'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'
import { parties } from './lists'
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
  const format = useFormat()
  const may = useMay()
  const [period] = useFilter('period')
  const [paid] = useFilter('paid')
  const [organizationId] = useFilter('organizationId')
  return (
    <DataTable
      name="settlements"
      query={{ period, paid, organizationId }}
      load={page => answer(api.GET('/v1/settlements', { params: { query: { ...page, period, organizationId, paid: paid ? paid === 'true' : undefined } } }))}
      rowKey={row => row.id}
      filters={(
        <>
          <MonthFilter name="period" label="Month" />
          <ChoiceFilter name="paid" label="Paid out" texts={[{ value: 'true', label: t('Paid out') }, { value: 'false', label: t('Not paid out yet') }]} />
          <SellerFilter />
        </>
      )}
      empty={t('Settlements are made when a month is billed.')}
      expand={row => <Documents settlement={row} />}
      columns={[
        { title: 'Month', value: row => row.period, as: 'month', sort: 'period' }, { title: 'Seller', value: row => row.sellerId, as: 'name' },
        { title: 'Gross', value: row => row.gross, as: 'money', sort: 'gross' }, { title: 'Commission', value: row => row.commission, as: 'money' }, { title: 'Net of commission', value: row => row.net, as: 'money', sort: 'net' },
        { title: 'From buyers', value: row => row.fromBuyers, as: 'money', render: row => <Two first={format.money(row.fromBuyers)} second={row.paidAt ? t('paid out {{day}}', { day: format.instant(row.paidAt) }) : t('Not paid out yet')} /> },
        { title: 'From programmes', value: row => row.fromProgrammes, as: 'money', render: row => <Two first={format.money(row.fromProgrammes)} second={t('{{amount}} paid out', { amount: format.money(row.programmesPaid) })} /> },
        { title: 'Buyers’ part paid out', value: row => row.paidAt, fileOnly: true }, { title: 'Of programmes paid out', value: row => row.programmesPaid, fileOnly: true }, { title: 'Bank reference', value: row => row.paymentReference, spare: true },
        { title: 'Actions', value: () => '', hidden: !may('admin'), render: row => due(row).length > 0 ? <Payout settlement={row} /> : null },
      ]}
    />
  )
}

/** Each part is paid out by itself: the buyers’ at once, the programmes’ as the authorities pay. */
const due = (settlement: Settlement) => [...settlement.paidAt ? [] : ['buyers' as const], ...fen(settlement.programmesPaid) < fen(settlement.fromProgrammes) ? ['programmes' as const] : []]

function Payout({ settlement }: { settlement: Settlement }) {
  const t = useT()
  const parts = due(settlement)
  return (
    <ActionButton<Schema<'PaySettlement'>>
      size="small"
      label="Record the payout"
      initialValues={{ part: parts[0] }}
      fields={<><SelectField name="part" label="Part of it" required options={optionsOf(parts, t)} /><TextField name="reference" label="Bank reference" required /></>}
      onSubmit={values => answer(api.POST('/v1/settlements/{id}/payments', { params: { path: { id: settlement.id } }, body: values }))}
    />
  )
}

/** Of whom the sellers are, where there are several. */
function SellerFilter() {
  const { session } = useSession()
  return (session.role === 'admin' || session.role === 'auditor') && <PickerFilter name="organizationId" label="Seller" source={parties()} />
}

/** What the platform invoiced as its commission, one a settlement. */
function CommissionInvoices() {
  const t = useT()
  const [period] = useFilter('period')
  const [organizationId] = useFilter('organizationId')
  return (
    <DataTable
      name="commission-invoices"
      query={{ period, organizationId }}
      load={page => answer(api.GET('/v1/commission-invoices', { params: { query: { ...page, period, organizationId } } }))}
      rowKey={row => row.id}
      filters={<><MonthFilter name="period" label="Month" /><SellerFilter /></>}
      empty={t('The platform invoices its commission with each settlement.')}
      columns={[
        { title: 'Number', value: row => row.number }, { title: 'Month', value: row => row.period, as: 'month', sort: 'period' }, { title: 'Seller', value: row => row.sellerId, as: 'name' },
        { title: 'Net', value: row => row.net, as: 'money' }, { title: 'VAT', value: row => row.vat, as: 'money' }, { title: 'VAT rate', value: row => row.vatRate, as: 'percent' },
        { title: 'Total', value: row => row.total, as: 'money', sort: 'total' }, { title: 'Issued on', value: row => row.issuedAt, as: 'instant' },
      ]}
    />
  )
}

function Documents({ settlement }: { settlement: Settlement }) {
  const t = useT()
  return (
    <DataTable
      name="settlement" of={settlement.id}
      rows={settlement.lines}
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
