import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useSession } from '../app/session'
import { DataTable } from '../components/DataTable'
import { DayFilter, useDayInstants } from '../components/dayFilters'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { PickerFilter } from '../components/Picker'
import { useT } from '../i18n/i18n'
import { accelerators, parties } from './lists'
import { orderColumns } from './orderColumns'

export default function Orders() {
  const t = useT()
  const { session } = useSession()
  const [status] = useFilter('status')
  const [accelerator] = useFilter('accelerator')
  const [organizationId] = useFilter('organizationId')
  const [sellerId] = useFilter('sellerId')
  const [from] = useFilter('from')
  const [to] = useFilter('to')
  const { start, end } = useDayInstants()
  const models = useQuery(accelerators)
  return (
    <PageBody title={t('Orders')} subtitle={session.role === 'provider' ? t('What was sold on your nodes, with its delivery.') : undefined}>
      <DataTable
        name="orders"
        query={{ status, accelerator, organizationId, sellerId, from, to }}
        load={page => answer(api.GET('/v1/orders', { params: { query: { ...page, status, accelerator, organizationId, sellerId, from: start(from), to: end(to) } } }))}
        rowKey={row => row.id}
        filters={(
          <>
            <ChoiceFilter name="status" label="Status" options={['confirmed', 'running', 'completed', 'cancelled'] satisfies Schema<'OrderStatus'>[]} />
            <ChoiceFilter name="accelerator" label="Model" texts={(models.data?.items ?? []).map(item => ({ value: item.model, label: item.model }))} />
            {session.role !== 'enterprise' && <PickerFilter name="organizationId" label="Buyer" source={parties('enterprise')} />}
            {session.role !== 'provider' && <PickerFilter name="sellerId" label="Seller" source={parties()} />}
            <DayFilter name="from" label="From" /><DayFilter name="to" label="To" />
          </>
        )}
        columns={[
          ...orderColumns,
          { title: 'Placed', value: row => row.placedAt, as: 'instant', sort: 'placedAt', spare: true },
          { title: 'Public money', value: row => row.publicMoney, as: 'money', hidden: session.role === 'provider', spare: session.role !== 'enterprise' },
          { title: 'Payable', value: row => row.payable, as: 'money', hidden: session.role === 'provider', spare: session.role !== 'enterprise' },
        ]}
        empty={session.role === 'enterprise' ? <Link to="/buy">{t('Find capacity for your first order')}</Link> : t('Orders appear here when somebody buys. List capacity so that they can.')}
      />
    </PageBody>
  )
}
