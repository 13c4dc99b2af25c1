import { Link } from 'react-router'
import type { Schema } from '../api/client'
import { useSession } from '../app/session'
import { DataTable, type Column } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { Value } from '../components/value'
import { useT } from '../i18n/i18n'
import { listOrders } from './lists'

type Order = Schema<'OrderAnswer'>

export const orderColumns: Column<Order>[] = [
  { title: 'Order', value: row => row.id, render: row => <Link to={`/orders/${row.id}`}><Value raw={row.id.slice(-8)} /></Link> },
  { title: 'Status', value: row => row.status, as: 'status' },
  { title: 'Buyer', value: row => row.buyerId, as: 'name' },
  { title: 'Cards', value: row => row.legs.reduce((sum, leg) => sum + leg.cards, 0), as: 'number', sort: true },
  { title: 'Models', value: row => [...new Set(row.legs.map(leg => leg.accelerator))].join(', ') },
  { title: 'From', value: row => row.from, as: 'instant', sort: 'from' },
  { title: 'To', value: row => row.to, as: 'instant', sort: 'to' },
  { title: 'Total', value: row => row.total, as: 'money', sort: 'total' },
]

export default function Orders() {
  const t = useT()
  const { session } = useSession()
  const [status] = useFilter('status')
  return (
    <PageBody title={t('Orders')} subtitle={session.role === 'provider' ? t('What was sold on your nodes, with its delivery.') : undefined}>
      <DataTable
        name="orders"
        query={{ status }}
        load={listOrders(status)}
        rowKey={row => row.id}
        filters={<ChoiceFilter name="status" label="Status" options={['confirmed', 'running', 'completed', 'cancelled']} />}
        columns={[
          ...orderColumns,
          { title: 'Placed', value: row => row.placedAt, as: 'instant' },
          { title: 'Public money', value: row => row.publicMoney, as: 'money', hidden: session.role === 'provider' },
          { title: 'Payable', value: row => row.payable, as: 'money', hidden: session.role === 'provider' },
        ]}
        empty={session.role === 'enterprise' ? <Link to="/buy">{t('Find capacity for your first order')}</Link> : t('Orders appear here when somebody buys. List capacity so that they can.')}
      />
    </PageBody>
  )
}
