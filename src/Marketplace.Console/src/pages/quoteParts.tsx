import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Flex, Tag, Typography } from 'antd'
import { useEffect, useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useProgrammeName } from '../api/names'
import { useFormat } from '../app/preferences'
import { Figures, Panel } from '../components/layout'
import { ProblemAlert } from '../components/ProblemAlert'
import { Table } from '../components/Table'
import { Timeline } from '../components/Timeline'
import { Name, Two } from '../components/value'
import { fen } from '../format/format'
import { useT } from '../i18n/i18n'
import { refusals, wordsOf } from '../i18n/words'

type Quote = Schema<'QuoteAnswer'>

/** Whether what is shown can be ordered still; it asks every second. */
export function useQuoteSeconds(quote: Quote): number {
  const format = useFormat()
  const [now, setNow] = useState(format.now)
  useEffect(() => {
    setNow(format.now())
    const ticking = setInterval(() => setNow(format.now()), 1000)
    return () => clearInterval(ticking)
  }, [quote.expiresAt, format])
  return quote.status === 'open' ? Math.max(0, Math.floor((Date.parse(quote.expiresAt) - now) / 1000)) : 0
}

/** A quote: what it comes to, its plan, and what each voucher pays. */
export function QuoteBody({ quote, extra }: { quote: Quote; extra?: ReactNode }) {
  const t = useT()
  const format = useFormat()
  const reimbursed = fen(quote.payable) + fen(quote.publicMoney) - fen(quote.total)
  return (
    <>
      <Figures figures={[{ title: 'Total', raw: quote.total, as: 'money' }, { title: 'Vouchers pay', raw: quote.publicMoney, as: 'money' }, { title: 'You pay', raw: quote.payable, as: 'money' }]} />
      {reimbursed > 0 && <Typography.Text type="secondary">{t('Of what vouchers pay, {{amount}} is reimbursed after you have paid it.', { amount: format.money((reimbursed / 100).toFixed(2)) })}</Typography.Text>}
      <Panel title="Plan" extra={extra}>
        <Timeline bars={quote.legs.map(leg => ({ row: leg.node, from: leg.from, to: leg.to, group: leg.accelerator, label: `${leg.accelerator} × ${leg.cards}` }))} />
        <Table
          size="small"
          rowKey="id"
          pagination={quote.legs.length > 10 ? { pageSize: 10 } : false}
          dataSource={quote.legs}
          scroll={{ x: 'max-content' }}
          columns={[
            { title: t('Centre'), render: (_, leg) => <Two first={<Name id={leg.centerId} />} second={<Name id={leg.sellerId} />} /> },
            { title: t('Node'), dataIndex: 'node' },
            { title: t('Cards'), align: 'end', render: (_, leg) => leg.milliPerCard < 1000 ? `${leg.cards} × ${leg.milliPerCard}‰` : leg.cards },
            { title: t('Amount'), align: 'end', render: (_, leg) => format.money(leg.amount) },
          ]}
        />
        <Typography.Paragraph type="secondary">
          {format.span(quote.from, quote.to)}{quote.work && <>; {t('{{cards}} cards for {{hours}} hours come to that much work', { cards: quote.work.cards, hours: quote.work.hours })}</>}
        </Typography.Paragraph>
      </Panel>
      <Panel title="Vouchers">
        <VoucherParts quote={quote} />
      </Panel>
    </>
  )
}

/** What each voucher pays, and why another doesn't. */
function VoucherParts({ quote }: { quote: Quote }) {
  const t = useT()
  const format = useFormat()
  if (quote.vouchers.length + quote.vouchersNotApplied.length === 0) {
    return <Typography.Text>{t('You have no vouchers. Programmes that you can apply to stand under Programmes.')}</Typography.Text>
  }
  return (
    <Flex vertical gap="small">
      {quote.vouchers.map(part => <VoucherPart key={part.voucherId} programme={part.programme} pays>{format.money(part.amount)}</VoucherPart>)}
      {quote.vouchersNotApplied.slice(0, 20).map(part => <VoucherPart key={part.voucherId} programme={part.programme}>{wordsOf(refusals, part.code, t)}</VoucherPart>)}
      {quote.vouchersNotApplied.length > 20 && <Typography.Text type="secondary">{t('and {{count}} more that don’t pay', { count: quote.vouchersNotApplied.length - 20 })}</Typography.Text>}
    </Flex>
  )
}

function VoucherPart({ programme, pays, children }: { programme: string; pays?: boolean; children: ReactNode }) {
  const t = useT()
  const name = useProgrammeName(programme)
  return <div><Tag color={pays ? 'blue' : undefined}>{pays ? t('Pays') : t('Doesn’t pay')}</Tag> {name}: {children}</div>
}

/** Takes cards, vouchers and deposit together, and leads to the order. */
export function OrderButton({ quote, disabled, children }: { quote: Quote; disabled: boolean; children?: ReactNode }) {
  const t = useT()
  const format = useFormat()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [ordering, setOrdering] = useState(false)

  async function order() {
    setOrdering(true)
    setProblem(null)
    try {
      const placed = await answer(api.POST('/v1/orders', { body: { quoteId: quote.id } }))
      await queries.invalidateQueries()
      void message.success(t('Ordered.'))
      await navigate(`/orders/${placed.id}`)
    } catch (error) {
      setProblem(error as ApiProblem)
    } finally {
      setOrdering(false)
    }
  }

  return (
    <>
      {problem && <ProblemAlert problem={problem} />}
      <Flex gap="small" wrap>
        <Button type="primary" size="large" loading={ordering} disabled={disabled} onClick={() => void order()}>{t('Order for {{amount}}', { amount: format.money(quote.payable) })}</Button>
        {children}
      </Flex>
    </>
  )
}

/** How long a quote is good for. */
export function GoodFor({ seconds }: { seconds: number }) {
  const t = useT()
  return <span className="numbers">{t('Good for {{minutes}}:{{seconds}}', { minutes: Math.floor(seconds / 60), seconds: String(seconds % 60).padStart(2, '0') })}</span>
}
