import { useQueries, useQuery } from '@tanstack/react-query'
import { Alert, Button, Collapse, DatePicker, Flex, Form, Segmented, Typography } from 'antd'
import type { Dayjs } from 'dayjs'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { answer, api, ApiProblem, everything, type Schema } from '../api/client'
import { programmeName } from '../api/names'
import { useFormat } from '../app/preferences'
import { ActionButton } from '../components/ActionButton'
import { PageBody, Panel } from '../components/layout'
import { Nothing } from '../components/Nothing'
import { ProblemAlert } from '../components/ProblemAlert'
import { HourField, NumberField, SelectField, SwitchField } from '../components/fields'
import { DecimalField, TextField } from '../components/ProblemForm'
import { Timeline } from '../components/Timeline'
import { placeErrors, type FieldPath } from '../format/errors'
import { fen, instantAt } from '../format/format'
import { useT } from '../i18n/i18n'
import { labelOf, optionsOf } from '../i18n/labels'
import { codeText, messageText } from '../i18n/problems'
import { demandOf, inWindow, type DemandValues } from './demand'
import { accelerators, provinceOptions } from './lists'
import { GoodFor, OrderButton, QuoteBody, useQuoteSeconds } from './quoteParts'

type Quote = Schema<'QuoteAnswer'>
type Unfillable = Schema<'UnfillableAnswer'>

/** How long after the last change the quote is asked for again, in milliseconds. */
const pause = 600

/** A demand in a form, and beside it what the market answers: plan, price, vouchers, or why not. */
export default function Buy() {
  const t = useT()
  const format = useFormat()
  const [form] = Form.useForm<DemandValues>()
  const [outcome, setOutcome] = useState<Quote | Unfillable | null>(null)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [rest, setRest] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const asked = useRef(0)

  async function ask() {
    const turn = ++asked.current
    setBusy(true)
    try {
      const answered = await answer(api.POST('/v1/quotes', { body: demandOf(form.getFieldsValue(true) as DemandValues, format.timeZone) }))
      if (turn === asked.current) {
        form.setFields(form.getFieldsError().map(field => ({ name: field.name as never, errors: [] })))
        setOutcome(answered)
        setProblem(null)
      }
    } catch (error) {
      if (!(error instanceof ApiProblem)) {
        throw error
      }
      if (turn === asked.current) {
        const known = form.getFieldsError().map(field => field.name as FieldPath)
        const { placed, rest: left } = placeErrors(error.errors, known)
        form.setFields([
          ...form.getFieldsError().map(field => ({ name: field.name as never, errors: [] as string[] })),
          ...placed.map(field => ({ name: field.name as never, errors: field.errors.map(text => messageText(text, t)) })),
        ])
        setOutcome(null)
        setProblem(error)
        setRest(left)
      }
    } finally {
      if (turn === asked.current) {
        setBusy(false)
      }
    }
  }

  /** From the first change on the quote that is shown is another demand's, and can't be ordered. */
  function soon() {
    asked.current++
    setBusy(true)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void ask(), pause)
  }

  useEffect(() => {
    soon()
    return () => clearTimeout(timer.current)
    // Once, for the form as it opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])

  const quote = outcome && 'id' in outcome ? outcome : null
  const unfillable = outcome && !('id' in outcome) ? outcome : null
  return (
    <PageBody title={t('Find capacity')} subtitle={t('The quote follows what you type. Nothing is bought before you order.')}>
      <div className="split">
        <Panel title="What you need"><DemandForm form={form} onChange={soon} /></Panel>
        <Flex vertical gap="middle" aria-live="polite" aria-busy={busy}>
          {problem && <ProblemAlert problem={problem} fields={rest} />}
          {quote && <QuoteView quote={quote} busy={busy} refresh={() => void ask()} demand={() => form.getFieldsValue(true) as DemandValues} />}
          {unfillable && <NoPlan outcome={unfillable} demand={() => form.getFieldsValue(true) as DemandValues} />}
          {!outcome && !problem && <Panel><Nothing>{t('The plan and its price appear here.')}</Nothing></Panel>}
        </Flex>
      </div>
    </PageBody>
  )
}

function DemandForm({ form, onChange }: { form: ReturnType<typeof Form.useForm<DemandValues>>[0]; onChange: () => void }) {
  const t = useT()
  const format = useFormat()
  const models = useQuery(accelerators)
  const initial = useMemo<Partial<DemandValues>>(() => {
    const start = format.clock().add(1, 'day').startOf('day').hour(8)
    return { amount: 'cards', cards: 8, hours: 24, when: 'fixed', from: start, window: [start, start.add(7, 'day')], workload: 'training', strategy: 'cheapest', urgency: 'user', vouchers: 'auto' }
  }, [format])
  const amount = Form.useWatch('amount', form) ?? 'cards'
  const windowed = inWindow({ amount, when: Form.useWatch('when', form) ?? 'fixed' })
  const [product, vouchers] = [Form.useWatch('product', form), Form.useWatch('vouchers', form)]
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={initial} onValuesChange={onChange}>
      <Form.Item name="amount" label={t('How much')}>
        <Segmented options={[{ value: 'cards', label: t('Cards for hours') }, { value: 'pflops', label: t('Compute') }, { value: 'tokens', label: t('Tokens of a model') }]} />
      </Form.Item>
      <div className="form-grid">
        {amount === 'cards' && <><NumberField name="cards" label="Cards" min={1} /><NumberField name="hours" label="Hours" min={1} /></>}
        {amount === 'pflops' && <NumberField name={['work', 'pflopsHours']} label="P-hours (FP16)" help="How many cards for how long follows from the models that are found." min={0} />}
        {amount === 'tokens' && <><TextField name={['work', 'model']} label="Model" help="As sellers have measured it in their listings." /><NumberField name={['work', 'tokens']} label="Tokens" min={1} /></>}
        <SelectField name="accelerators" label="Accelerator models" many placeholder={t('Any model')} options={(models.data?.items ?? []).map(item => ({ value: item.model, label: `${item.model} · ${labelOf(item.origin, t)}` }))} />
        <SelectField name="workload" label="Workload" clear={false} options={optionsOf(['training', 'inference', 'other'], t)} />
      </div>
      {amount === 'cards' && (
        <Form.Item name="when" label={t('When')}>
          <Segmented options={[{ value: 'fixed', label: t('At a set time') }, { value: 'window', label: t('Within a window') }]} />
        </Form.Item>
      )}
      <div className="form-grid">
        {windowed
          ? (
              <Form.Item name="window" label={t('Window')} className="two-columns">
                <DatePicker.RangePicker showTime={{ format: 'HH:00' }} format="YYYY-MM-DD HH:00" className="wide" />
              </Form.Item>
            )
          : <HourField name="from" label="From" />}
        {windowed && <SelectField name="urgency" label="Where in it" clear={false} options={optionsOf(['user', 'batch'], t)} />}
        <SelectField name="strategy" label="Prefer" clear={false} options={optionsOf(['cheapest', 'compact', 'green'], t)} />
      </div>
      <Form.Item name="vouchers" label={t('Vouchers that may pay')}>
        <Segmented options={[{ value: 'auto', label: t('All that fit') }, { value: 'chosen', label: t('Those I choose') }, { value: 'none', label: t('None') }]} />
      </Form.Item>
      {vouchers === 'chosen' && <ChosenVouchers />}
      <Collapse
        ghost
        items={[{
          key: 'more',
          forceRender: true,
          label: t('More conditions'),
          children: (
            <div className="form-grid">
              <SelectField name="regions" label="Provinces" many placeholder={t('Anywhere')} options={provinceOptions(format.language)} />
              <SelectField name="product" label="Product" placeholder={t('Any')} options={optionsOf(['reserved', 'metered', 'tokens'], t)} />
              {product === 'tokens' && <><NumberField name={['expectedTokens', 'input']} label="Input tokens expected" min={0} /><NumberField name={['expectedTokens', 'output']} label="Output tokens expected" min={0} /></>}
              <SelectField name="interconnect" label="Interconnect" placeholder={t('Any')} options={optionsOf(['pcie', 'nvlink', 'rdma'], t)} />
              <NumberField name="cardsPerNode" label="Cards a node" min={1} />
              <NumberField name="milliPerCard" label="Share of a card, in thousandths" min={1} max={1000} />
              <NumberField name="minFp16Tflops" label="At least this many TFLOPS (FP16)" min={1} />
              <NumberField name="minMemoryGiB" label="At least this much memory a card" min={1} unit="GiB" />
              <NumberField name="vcpusPerCard" label="At least this many vCPUs a card" min={1} />
              <NumberField name="memoryGiBPerCard" label="At least this much host memory a card" min={1} unit="GiB" />
              <NumberField name="maxLatencyMs" label="At most this latency" min={0} unit="ms" />
              <NumberField name="minBandwidthGbps" label="At least this bandwidth" min={0} unit="Gbit/s" />
              <SelectField name="tags" label="Tags of nodes" many="free" options={[]} />
              <DecimalField name="minAvailability" label="At least this availability" placeholder="0.99" />
              <DecimalField name="maxPricePerCardHour" label="At most this price a card-hour" unit="¥" />
              <SwitchField name="sameCenter" label="All in one centre" />
              <SwitchField name="mixModels" label="Models may be mixed" />
            </div>
          ),
        }]}
      />
    </Form>
  )
}

function ChosenVouchers() {
  const mine = useQuery({ queryKey: ['vouchers', 'usable'], queryFn: () => everything(page => answer(api.GET('/v1/vouchers', { params: { query: page } }))) })
  const format = useFormat()
  const usable = (mine.data ?? []).filter(voucher => fen(voucher.available) > 0)
  const codes = [...new Set(usable.map(voucher => voucher.programme))]
  const names = useQueries({ queries: codes.map(programmeName) }).map((query, at) => query.data ?? codes[at]!)
  return <SelectField name="chosen" label="Vouchers" many options={usable.map(voucher => ({ value: voucher.id, label: `${names[codes.indexOf(voucher.programme)]} · ${format.money(voucher.available)} · ${format.day(voucher.expiresOn)}` }))} />
}

function QuoteView({ quote, busy, refresh, demand }: { quote: Quote; busy: boolean; refresh: () => void; demand: () => DemandValues }) {
  const t = useT()
  const left = useQuoteSeconds(quote)
  return (
    <>
      <QuoteBody quote={quote} extra={left > 0 ? <GoodFor seconds={left} /> : <Button size="small" onClick={refresh}>{t('Ask again')}</Button>} />
      <OrderButton quote={quote} disabled={busy || left <= 0}><BidButton demand={demand} /></OrderButton>
    </>
  )
}

function NoPlan({ outcome, demand }: { outcome: Unfillable; demand: () => DemandValues }) {
  const t = useT()
  const format = useFormat()
  return (
    <>
      <Alert type="warning" showIcon title={t('No plan fits all conditions.')} description={<ul>{outcome.reasons.map(reason => <li key={reason.code}>{codeText(reason.code, reason.detail)}</li>)}</ul>} />
      {outcome.alternatives.length > 0 && (
        <Panel title="What would work">
          {outcome.alternatives.map((plan, index) => (
            <div key={index}>
              <Typography.Text strong>{labelOf(plan.compromise, t)}</Typography.Text> · {format.span(plan.from, plan.to)} · {format.money(plan.total)}
              <Timeline bars={plan.legs.map(leg => ({ row: leg.node, from: leg.from, to: leg.to, group: leg.accelerator, label: `${leg.accelerator} × ${leg.cards}` }))} />
            </div>
          ))}
        </Panel>
      )}
      <BidButton demand={demand} />
    </>
  )
}

/** Leaves the demand standing with a limit price, until capacity for it appears. */
function BidButton({ demand }: { demand: () => DemandValues }) {
  const format = useFormat()
  const navigate = useNavigate()
  return (
    <ActionButton<{ maxPricePerCardHour: string; validUntil: Dayjs }>
      label="Leave a bid"
      explain="The demand stands until capacity at your price appears, and is then ordered by itself."
      initialValues={{ validUntil: format.clock().add(7, 'day').startOf('hour') }}
      fields={<><DecimalField name="maxPricePerCardHour" label="At most this price a card-hour" unit="¥" required /><HourField name="validUntil" label="Until" required /></>}
      onSubmit={async values => {
        await answer(api.POST('/v1/bids', { body: { ...demandOf(demand(), format.timeZone), maxPricePerCardHour: values.maxPricePerCardHour, validUntil: instantAt(values.validUntil, format.timeZone) } }))
        await navigate('/bids')
      }}
    />
  )
}
