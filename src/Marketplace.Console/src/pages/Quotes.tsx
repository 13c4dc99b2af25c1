import { Link } from 'react-router'
import { answer, api } from '../api/client'
import { useSession } from '../app/session'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { PickerFilter } from '../components/Picker'
import { Value } from '../components/value'
import { useT } from '../i18n/i18n'
import { parties } from './lists'

export default function Quotes() {
  const t = useT()
  const { session } = useSession()
  const [status] = useFilter('status')
  const [organizationId] = useFilter('organizationId')
  return (
    <PageBody title={t('Quotes')} subtitle={t('A quote reserves nothing, and can be ordered for some minutes. Unused ones are forgotten after a while.')}>
      <DataTable
        name="quotes"
        query={{ status, organizationId }}
        load={page => answer(api.GET('/v1/quotes', { params: { query: { ...page, status, organizationId } } }))}
        filters={<><ChoiceFilter name="status" label="Status" options={['open', 'used', 'expired']} />{session.role !== 'enterprise' && <PickerFilter name="organizationId" label="Buyer" source={parties('enterprise')} />}</>}
        rowKey={row => row.id}
        empty={session.role === 'enterprise' ? <Link to="/buy">{t('Ask for the first quote from the page that finds capacity')}</Link> : t('Nobody has asked for a quote yet.')}
        columns={[
          { title: 'Quote', value: row => row.id, render: row => <Link to={`/quotes/${row.id}`}><Value raw={row.id.slice(-8)} /></Link> },
          { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Buyer', value: row => row.buyerId, as: 'name' },
          { title: 'Asked', value: row => row.createdAt, as: 'instant', sort: 'createdAt' },
          { title: 'Cards', value: row => row.legs.reduce((sum, leg) => sum + leg.cards, 0), as: 'number' },
          { title: 'Models', value: row => [...new Set(row.legs.map(leg => leg.accelerator))].join(', ') },
          { title: 'From', value: row => row.from, as: 'instant' }, { title: 'To', value: row => row.to, as: 'instant', spare: true },
          { title: 'Total', value: row => row.total, as: 'money', spare: true }, { title: 'Vouchers pay', value: row => row.publicMoney, as: 'money', spare: session.role !== 'enterprise' }, { title: 'Payable', value: row => row.payable, as: 'money', sort: 'payable' },
          { title: 'Order', value: row => row.orderId, render: row => row.orderId ? <Link to={`/orders/${row.orderId}`}><Value raw={row.orderId.slice(-8)} /></Link> : '–' },
        ]}
      />
    </PageBody>
  )
}
