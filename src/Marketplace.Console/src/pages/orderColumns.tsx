import { Link } from 'react-router'
import type { Schema } from '../api/client'
import type { Column } from '../components/columns'
import { Value } from '../components/value'

type Order = Schema<'OrderAnswer'>

// Apart from the page of orders, whose filters load the calendar.
export const orderColumns: Column<Order>[] = [
  { title: 'Order', value: row => row.id, render: row => <Link to={`/orders/${row.id}`}><Value raw={row.id.slice(-8)} /></Link> },
  { title: 'Status', value: row => row.status, as: 'status' },
  { title: 'Buyer', value: row => row.buyerId, as: 'name' },
  { title: 'Cards', value: row => row.legs.reduce((sum, leg) => sum + leg.cards, 0), as: 'number' },
  { title: 'Models', value: row => [...new Set(row.legs.map(leg => leg.accelerator))].join(', ') },
  { title: 'From', value: row => row.from, as: 'instant', sort: 'from' },
  { title: 'To', value: row => row.to, as: 'instant', sort: 'to' },
  { title: 'Total', value: row => row.total, as: 'money', sort: 'total' },
]
