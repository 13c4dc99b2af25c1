import { Link } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useMay, useSession } from '../app/session'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { PickerFilter } from '../components/Picker'
import { Value } from '../components/value'
import { useT } from '../i18n/i18n'
import { refusals, wordsOf } from '../i18n/words'
import { TakeBack } from './Bid'
import { parties } from './lists'

export default function Bids() {
  const t = useT()
  const { session } = useSession()
  const may = useMay()
  const [status] = useFilter('status')
  const [organizationId] = useFilter('organizationId')
  return (
    <PageBody title={t('Bids')} subtitle={t('Demands that wait for capacity at their price.')}>
      <DataTable
        name="bids"
        query={{ status, organizationId }}
        load={page => answer(api.GET('/v1/bids', { params: { query: { ...page, status, organizationId } } }))}
        rowKey={row => row.id}
        filters={<><ChoiceFilter name="status" label="Status" options={['open', 'filled', 'expired', 'withdrawn'] satisfies Schema<'BidStatus'>[]} />{session.role !== 'enterprise' && <PickerFilter name="organizationId" label="Buyer" source={parties('enterprise')} />}</>}
        empty={<Link to="/buy">{t('Leave a bid from the page that finds capacity')}</Link>}
        columns={[
          { title: 'Bid', value: row => row.id, render: row => <Link to={`/bids/${row.id}`}><Value raw={row.id.slice(-8)} /></Link> },
          { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Buyer', value: row => row.buyerId, as: 'name' },
          { title: 'Models', value: row => row.demand.accelerators.join(', ') || t('Any model') },
          { title: 'Cards', value: row => row.demand.cards, as: 'number' },
          { title: 'Hours', value: row => row.demand.hours, as: 'number' },
          { title: 'At most, a card-hour', value: row => row.maxPricePerCardHour, as: 'price', sort: 'maxPricePerCardHour' },
          { title: 'Until', value: row => row.validUntil, as: 'instant', sort: 'validUntil' },
          { title: 'Order', value: row => row.orderId, render: row => row.orderId ? <Link to={`/orders/${row.orderId}`}><Value raw={row.orderId.slice(-8)} /></Link> : '–' },
          { title: 'Last refusal', value: row => row.lastRefusal, render: row => row.lastRefusal && wordsOf(refusals, row.lastRefusal, t) },
          { title: 'Actions', value: () => '', hidden: !may('enterprise'), render: row => row.status === 'open' ? <TakeBack id={row.id} size="small" /> : null },
        ]}
      />
    </PageBody>
  )
}
