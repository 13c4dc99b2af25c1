import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useSession } from '../app/session'
import { DataTable } from '../components/DataTable'
import { FileLink } from '../components/FileLink'
import { MonthFilter } from '../components/dayFilters'
import { ChoiceFilter, useFilter } from '../components/filters'
import { Facts, Loaded, PageBody, Panel } from '../components/layout'
import { PickerFilter } from '../components/Picker'
import { useT } from '../i18n/i18n'
import { parties } from './lists'

export default function Invoices() {
  const t = useT()
  const { session } = useSession()
  const [period] = useFilter('period')
  const [side] = useFilter('side')
  const [overdue] = useFilter('overdue')
  const [status] = useFilter('status')
  const [organizationId] = useFilter('organizationId')
  return (
    <PageBody title={t('Invoices')} subtitle={t('Each line opens down to the readings it rests on.')}>
      {session.role === 'enterprise' && period && <Statement period={period} />}
      <DataTable
        name="invoices"
        query={{ period, side, overdue, status, organizationId }}
        load={page => answer(api.GET('/v1/invoices', { params: { query: { ...page, period, side, status, organizationId, overdue: overdue === 'true' || undefined } } }))}
        rowKey={row => row.id}
        filters={(
          <>
            <MonthFilter name="period" label="Month" />
            <ChoiceFilter name="status" label="Status" options={['issued', 'paid', 'credited'] satisfies Schema<'InvoiceStatus'>[]} />
            <ChoiceFilter name="overdue" label="Due" texts={[{ value: 'true', label: t('Only overdue') }]} />
            {session.role === 'enterprise' && <ChoiceFilter name="side" label="Bought or sold" texts={[{ value: 'received', label: t('Bought') }, { value: 'issued', label: t('Sold') }]} />}
            <PickerFilter name="organizationId" label="Organization" source={parties()} />
          </>
        )}
        empty={t('Invoices are made when a month is closed, a day after its end.')}
        columns={[
          { title: 'Number', value: row => row.number, render: row => <Link to={`/invoices/${row.id}`}>{row.number}</Link> },
          { title: 'Month', value: row => row.period, as: 'month', spare: true },
          { title: 'Seller', value: row => row.sellerId, as: 'name' },
          { title: 'Buyer', value: row => row.organizationId, as: 'name' },
          { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Due', value: row => row.dueOn, as: 'day', sort: 'dueOn' },
          { title: 'Total', value: row => row.total, as: 'money', sort: 'total' },
          { title: 'Paid by vouchers', value: row => row.voucherTotal, as: 'money', spare: session.role === 'admin' || session.role === 'auditor' },
          { title: 'Payable', value: row => row.payable, as: 'money', sort: 'payable' },
          { title: 'Outstanding', value: row => row.outstanding, as: 'money' },
        ]}
      />
    </PageBody>
  )
}

function Statement({ period }: { period: string }) {
  const t = useT()
  const statement = useQuery<Schema<'StatementAnswer'>, ApiProblem>({ queryKey: ['statement', period], queryFn: () => answer(api.GET('/v1/statements', { params: { query: { period } } })) })
  return (
    <Panel title="Statement of the month" extra={<><FileLink href={`/v1/statements?period=${period}&format=html`} name={`statement-${period}.html`}>{t('Print')}</FileLink> · <FileLink href={`/v1/statements?period=${period}&format=csv`} name={`statement-${period}.csv`}>{t('Lines as CSV')}</FileLink></>}>
      <Loaded query={statement}>{found => (
        <Facts facts={[
          { title: 'Total', raw: found.total, as: 'money' }, { title: 'Paid by vouchers', raw: found.voucherTotal, as: 'money' }, { title: 'Payable', raw: found.payable, as: 'money' },
          { title: 'Credited', raw: found.credited, as: 'money' }, { title: 'Outstanding', raw: found.outstanding, as: 'money' },
        ]} />
      )}</Loaded>
    </Panel>
  )
}
