import { Link } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useMay, useSession } from '../app/session'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { PickerFilter } from '../components/Picker'
import { useT } from '../i18n/i18n'
import { labelOf } from '../i18n/labels'
import { Decide } from './Dispute'
import { parties } from './lists'

export default function Disputes() {
  const t = useT()
  const { session } = useSession()
  const may = useMay()
  const [status] = useFilter('status')
  const [kind] = useFilter('kind')
  const [organizationId] = useFilter('organizationId')
  return (
    <PageBody title={t('Disputes')} subtitle={t('Hours in dispute stay out of invoices until they are decided.')}>
      <DataTable
        name="disputes"
        query={{ status, kind, organizationId }}
        load={page => answer(api.GET('/v1/disputes', { params: { query: { ...page, status, kind, organizationId } } }))}
        rowKey={row => row.id}
        filters={(
          <>
            <ChoiceFilter name="status" label="Status" options={['open', 'decided'] satisfies Schema<'DisputeStatus'>[]} />
            <ChoiceFilter name="kind" label="Kind" options={['objection', 'meters', 'denial'] satisfies Schema<'DisputeKind'>[]} />
            {session.role !== 'enterprise' && <PickerFilter name="organizationId" label="Party" source={parties()} />}
          </>
        )}
        empty={t('There are no disputes. A buyer objects to a delivery from its order.')}
        columns={[
          { title: 'Dispute', value: row => row.id, render: row => <Link to={`/disputes/${row.id}`}>{row.id.slice(-8)}</Link> }, { title: 'Kind', value: row => row.kind, as: 'label' },
          { title: 'Order', value: row => row.orderId, render: row => <Link to={`/orders/${row.orderId}`}>{row.orderId.slice(-8)}</Link> },
          { title: 'Buyer', value: row => row.buyerId, as: 'name' }, { title: 'Provider', value: row => row.providerId, as: 'name' },
          { title: 'From', value: row => row.from, as: 'instant', spare: true }, { title: 'To', value: row => row.to, as: 'instant', spare: true }, { title: 'Reason', value: row => row.reason, as: 'note', spare: true },
          { title: 'Status', value: row => row.status, as: 'status' },
          { title: 'Decision', value: row => row.hours, render: row => row.hours ? labelOf(row.hours, t) : '–' },
          { title: 'Decide by', value: row => row.decideBy, as: 'instant', sort: 'decideBy' },
          { title: 'Actions', value: () => '', hidden: !may('admin'), render: row => row.status === 'open' ? <Decide id={row.id} size="small" /> : null },
        ]}
      />
    </PageBody>
  )
}
