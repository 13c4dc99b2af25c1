import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useMay } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { Facts, Loaded, PageBody, Panel, type Fact } from '../components/layout'
import type { Formatter } from '../format/format'
import { useT, type Translate } from '../i18n/i18n'
import { refusals, wordsOf } from '../i18n/words'
import { provinceOf } from './lists'

type Bid = Schema<'BidAnswer'>

export default function BidPage() {
  const t = useT()
  const may = useMay()
  const { id = '' } = useParams()
  const bid = useQuery<Bid, ApiProblem>({ queryKey: ['bid', id], queryFn: () => answer(api.GET('/v1/bids/{id}', { params: { path: { id } } })) })
  return (
    <PageBody title={`${t('Bid')} ${id.slice(-8)}`} of={{ title: 'Bids', path: '/bids' }} actions={bid.data?.status === 'open' && may('enterprise') && <TakeBack id={id} />}>
      <Loaded query={bid}>{found => <Details bid={found} />}</Loaded>
    </PageBody>
  )
}

export function TakeBack({ id, size }: { id: string; size?: 'small' }) {
  return <ActionButton danger size={size} label="Take back" explain="The bid is withdrawn." onSubmit={() => answer(api.DELETE('/v1/bids/{id}', { params: { path: { id } } }))} />
}

function Details({ bid }: { bid: Bid }) {
  const t = useT()
  const format = useFormat()
  return (
    <>
      <Panel>
        <Facts facts={[
          { title: 'Status', raw: bid.status, as: 'status' }, { title: 'Buyer', raw: bid.buyerId, as: 'name' }, { title: 'At most, a card-hour', raw: bid.maxPricePerCardHour, as: 'price' },
          { title: 'Left on', raw: bid.createdAt, as: 'instant' }, { title: 'Until', raw: bid.validUntil, as: 'instant' },
          { title: 'Order', show: bid.orderId ? <Link to={`/orders/${bid.orderId}`}>{bid.orderId.slice(-8)}</Link> : '–' },
          { title: 'Last refusal', raw: bid.lastRefusal && wordsOf(refusals, bid.lastRefusal, t) },
        ]} />
      </Panel>
      <Panel title="What is wanted"><Facts facts={demandFacts(bid.demand, format, t)} /></Panel>
    </>
  )
}

/** What a demand asks for; what it leaves open is left out. */
export function demandFacts(demand: Bid['demand'], format: Formatter, t: Translate): Fact[] {
  const { work, window } = demand
  const facts: (Fact | false)[] = [
    { title: 'Accelerator models', raw: demand.accelerators.join(', ') || t('Any model') },
    demand.cards != null && { title: 'Cards', raw: demand.cards, as: 'number' },
    demand.hours != null && { title: 'Hours', raw: demand.hours, as: 'number' },
    work?.pflopsHours != null && { title: 'P-hours (FP16)', raw: work.pflopsHours, as: 'number' },
    !!work?.model && { title: 'Model', raw: work.model },
    work?.tokens != null && { title: 'Tokens', raw: work.tokens, as: 'number' },
    !!window.earliest && !!window.latestEnd && { title: 'Window', raw: format.span(window.earliest, window.latestEnd) },
    { title: 'Where in it', raw: demand.urgency, as: 'label' },
    { title: 'Prefer', raw: demand.strategy, as: 'label' },
    { title: 'Workload', raw: demand.workload, as: 'label' },
    !!demand.product && { title: 'Product', raw: demand.product, as: 'label' },
    demand.regions.length > 0 && { title: 'Provinces', raw: demand.regions.map(code => provinceOf(code, format.language)).join(', ') },
    !!demand.interconnect && { title: 'Interconnect', raw: demand.interconnect, as: 'label' },
    demand.cardsPerNode != null && { title: 'Cards a node', raw: demand.cardsPerNode, as: 'number' },
    demand.milliPerCard < 1000 && { title: 'Share of a card, in thousandths', raw: demand.milliPerCard, as: 'number' },
    demand.minFp16Tflops != null && { title: 'At least this many TFLOPS (FP16)', raw: demand.minFp16Tflops, as: 'number' },
    demand.minMemoryGiB != null && { title: 'At least this much memory a card', raw: `${format.number(demand.minMemoryGiB)} GiB` },
    demand.vcpusPerCard > 0 && { title: 'At least this many vCPUs a card', raw: demand.vcpusPerCard, as: 'number' },
    demand.memoryGiBPerCard > 0 && { title: 'At least this much host memory a card', raw: `${format.number(demand.memoryGiBPerCard)} GiB` },
    demand.maxLatencyMs != null && { title: 'At most this latency', raw: `${format.number(demand.maxLatencyMs)} ms` },
    demand.minBandwidthGbps != null && { title: 'At least this bandwidth', raw: `${format.number(demand.minBandwidthGbps)} Gbit/s` },
    demand.minAvailability != null && { title: 'At least this availability', raw: demand.minAvailability, as: 'percent' },
    demand.tags.length > 0 && { title: 'Tags of nodes', raw: demand.tags.join(', ') },
    demand.sameCenter && { title: 'All in one centre', raw: true, as: 'boolean' },
    demand.mixModels && { title: 'Models may be mixed', raw: true, as: 'boolean' },
  ]
  return facts.filter(fact => fact !== false)
}
