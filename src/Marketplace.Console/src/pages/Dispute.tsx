import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useMay } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { SelectField } from '../components/fields'
import { Facts, Loaded, PageBody, Panel } from '../components/layout'
import { NoteField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'

type Dispute = Schema<'DisputeAnswer'>

export default function DisputePage() {
  const t = useT()
  const may = useMay()
  const { id = '' } = useParams()
  const dispute = useQuery<Dispute, ApiProblem>({ queryKey: ['dispute', id], queryFn: () => answer(api.GET('/v1/disputes/{id}', { params: { path: { id } } })) })
  return (
    <PageBody title={`${t('Dispute')} ${id.slice(-8)}`} of={{ title: 'Disputes', path: '/disputes' }} actions={dispute.data?.status === 'open' && may('admin') && <Decide id={id} />}>
      <Loaded query={dispute}>{found => <Details dispute={found} />}</Loaded>
    </PageBody>
  )
}

export function Decide({ id, size }: { id: string; size?: 'small' }) {
  const t = useT()
  return (
    <ActionButton<Schema<'DecideDispute'>>
      size={size}
      label="Decide"
      explain="Says whose account of the hours stands."
      fields={<><SelectField name="hours" label="Whose hours stand" required options={optionsOf(['provider', 'buyer'], t)} /><NoteField name="note" label="Note" required /></>}
      onSubmit={values => answer(api.POST('/v1/disputes/{id}/decisions', { params: { path: { id } }, body: values }))}
    />
  )
}

const tokens = (figures: Schema<'FiguresAnswer'>) => figures.inputTokens + figures.outputTokens

function Details({ dispute }: { dispute: Dispute }) {
  const t = useT()
  const format = useFormat()
  const inTokens = dispute.differences.some(row => tokens(row.provider) + tokens(row.buyer) > 0)
  return (
    <>
      <Panel>
        <Facts facts={[
          { title: 'Status', raw: dispute.status, as: 'status' }, { title: 'Kind', raw: dispute.kind, as: 'label' }, { title: 'Order', show: <Link to={`/orders/${dispute.orderId}`}>{dispute.orderId.slice(-8)}</Link> },
          { title: 'Leg', raw: dispute.legId, as: 'id' }, { title: 'Buyer', raw: dispute.buyerId, as: 'name' }, { title: 'Seller', raw: dispute.sellerId, as: 'name' }, { title: 'Provider', raw: dispute.providerId, as: 'name' },
          { title: 'Hours in dispute', raw: format.span(dispute.from, dispute.to) }, { title: 'Opened', raw: dispute.openedAt, as: 'instant' }, { title: 'Decide by', raw: dispute.decideBy, as: 'instant' },
          { title: 'Reason', raw: dispute.reason },
        ]} />
      </Panel>
      {dispute.status === 'decided' && (
        <Panel title="Decision">
          <Facts facts={[{ title: 'Whose hours stand', raw: dispute.hours, as: 'label' }, { title: 'Decided', raw: dispute.decidedAt, as: 'instant' }, { title: 'Note', raw: dispute.note }]} />
        </Panel>
      )}
      {dispute.differences.length > 0 && (
        <Panel title="What the meters say">
          <DataTable
            name="differences"
            of={dispute.id}
            rows={dispute.differences}
            rowKey={row => row.hour}
            empty={t('The meters agree.')}
            columns={[
              { title: 'Hour', value: row => row.hour, as: 'instant' },
              { title: 'Provider: card-seconds', value: row => row.provider.cardSeconds, as: 'number' }, { title: 'Buyer: card-seconds', value: row => row.buyer.cardSeconds, as: 'number' },
              { title: 'Provider: seconds down', value: row => row.provider.downSeconds, as: 'number' }, { title: 'Buyer: seconds down', value: row => row.buyer.downSeconds, as: 'number' },
              { title: 'Provider: tokens', value: row => tokens(row.provider), as: 'number', hidden: !inTokens }, { title: 'Buyer: tokens', value: row => tokens(row.buyer), as: 'number', hidden: !inTokens },
            ]}
          />
        </Panel>
      )}
    </>
  )
}
