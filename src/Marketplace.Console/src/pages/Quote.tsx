import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { Link, useParams } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useMay } from '../app/session'
import { Facts, Loaded, PageBody, Panel } from '../components/layout'
import { useT } from '../i18n/i18n'
import { GoodFor, OrderButton, QuoteBody, useQuoteSeconds } from './quoteParts'

type Quote = Schema<'QuoteAnswer'>

export default function QuotePage() {
  const t = useT()
  const { id = '' } = useParams()
  const quote = useQuery<Quote, ApiProblem>({ queryKey: ['quote', id], queryFn: () => answer(api.GET('/v1/quotes/{id}', { params: { path: { id } } })) })
  return (
    <PageBody title={`${t('Quote')} ${id.slice(-8)}`} of={{ title: 'Quotes', path: '/quotes' }}>
      <Loaded query={quote}>{found => <Details quote={found} />}</Loaded>
    </PageBody>
  )
}

function Details({ quote }: { quote: Quote }) {
  const t = useT()
  const may = useMay()
  const left = useQuoteSeconds(quote)
  const status = quote.status === 'open' && left === 0 ? 'expired' : quote.status
  return (
    <>
      <Panel>
        <Facts facts={[
          { title: 'Status', raw: status, as: 'status' }, { title: 'Buyer', raw: quote.buyerId, as: 'name' }, { title: 'Asked', raw: quote.createdAt, as: 'instant' }, { title: 'Good until', raw: quote.expiresAt, as: 'instant' },
          { title: 'Order', show: quote.orderId ? <Link to={`/orders/${quote.orderId}`}>{quote.orderId.slice(-8)}</Link> : '–' },
        ]} />
      </Panel>
      {status === 'expired' && <Alert type="info" showIcon title={t('It can’t be ordered any more: capacity and prices may have changed.')} description={may('enterprise') && <Link to="/buy">{t('Ask for a new quote')}</Link>} />}
      <QuoteBody quote={quote} extra={left > 0 && <GoodFor seconds={left} />} />
      {may('enterprise') && status === 'open' && <OrderButton quote={quote} disabled={left === 0} />}
    </>
  )
}
