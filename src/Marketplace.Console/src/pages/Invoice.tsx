import { useQuery } from '@tanstack/react-query'
import { Flex, Form, Tag, Timeline, Typography } from 'antd'
import type { Dayjs } from 'dayjs'
import { Link, useParams } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { Facts, Figures, Loaded, PageBody, Panel } from '../components/layout'
import { DayField, dayText, SelectField } from '../components/fields'
import { DecimalField, NoteField, TextField } from '../components/ProblemForm'
import { Name, ProgrammeName, Two, Value } from '../components/value'
import { FileLink } from '../components/FileLink'
import { fen } from '../format/format'
import { useT } from '../i18n/i18n'
import { creditReasons, labelOf } from '../i18n/labels'
import { messageText } from '../i18n/problems'
import { refusals, ruleName, wordsOf } from '../i18n/words'
import { Table } from '../components/Table'

type Invoice = Schema<'InvoiceAnswer'>

export default function InvoicePage() {
  const t = useT()
  const { id = '' } = useParams()
  const invoice = useQuery<Invoice, ApiProblem>({ queryKey: ['invoice', id], queryFn: () => answer(api.GET('/v1/invoices/{id}', { params: { path: { id } } })) })
  return (
    <PageBody title={`${t('Invoice')} ${invoice.data?.number ?? ''}`} of={{ title: 'Invoices', path: '/invoices' }} actions={invoice.data && <Actions invoice={invoice.data} />}>
      <Loaded query={invoice}>{found => <Details invoice={found} />}</Loaded>
    </PageBody>
  )
}

function Actions({ invoice }: { invoice: Invoice }) {
  const { session } = useSession()
  const path = { id: invoice.id }
  return (
    <>
      {session.role === 'admin' && invoice.outstanding !== '0.00' && (
        <ActionButton<{ amount: string; reference: string }> label="Record a payment" initialValues={{ amount: invoice.outstanding }} fields={<><DecimalField name="amount" label="Amount" unit="¥" required /><TextField name="reference" label="Bank reference" required /></>}
          onSubmit={values => answer(api.POST('/v1/invoices/{id}/payments', { params: { path }, body: values }))} />
      )}
      {(session.role === 'admin' || session.organization.id === invoice.sellerId) && !invoice.taxNumber && (
        <ActionButton<{ number: string; issuedOn: Dayjs }> label="Record the tax number" fields={<><TextField name="number" label="Tax authority’s number" required /><DayField name="issuedOn" label="Issued on" required /></>}
          onSubmit={values => answer(api.PUT('/v1/invoices/{id}/tax-number', { params: { path }, body: { number: values.number, issuedOn: dayText(values.issuedOn) } }))} />
      )}
      {session.role === 'admin' && <CreditNote invoice={invoice} />}
    </>
  )
}

function CreditNote({ invoice }: { invoice: Invoice }) {
  return (
    <ActionButton<{ reason: string; lineId?: string; amount?: string; note: string }>
      danger
      label="Issue a credit note"
      explain="An issued invoice never changes; a credit note takes back from vouchers and from what is payable in the proportion in which they paid."
      fields={<CreditFields invoice={invoice} />}
      onSubmit={({ reason, lineId, amount, note }) => answer(api.POST('/v1/invoices/{id}/credit-notes', {
        params: { path: { id: invoice.id } },
        body: { reason: Number(reason), note, lines: reason === whole ? null : [{ lineId: lineId!, amount: amount! }] },
      }))}
    />
  )
}

/** The reason that reverses all that is left of an invoice; the others take an amount off a line. */
const whole = '1'

function CreditFields({ invoice }: { invoice: Invoice }) {
  const t = useT()
  const format = useFormat()
  const reason = Form.useWatch<string | undefined>('reason')
  return (
    <>
      <SelectField name="reason" label="Reason" help="Invoiced wrongly: all that is left of the invoice is reversed." required
        options={(Object.values(creditReasons)).map((text, index) => ({ value: String(index + 1), label: t(text) }))} />
      {reason && reason !== whole && (
        <>
          <SelectField name="lineId" label="Line" required options={invoice.lines.map(line => ({ value: line.id, label: `${labelOf(line.kind, t)} · ${format.month(line.usagePeriod)} · ${format.money(line.amount)}` }))} />
          <DecimalField name="amount" label="Amount" unit="¥" required />
        </>
      )}
      <NoteField name="note" label="Note" required />
    </>
  )
}

function Details({ invoice }: { invoice: Invoice }) {
  const t = useT()
  const format = useFormat()
  return (
    <>
      <Figures figures={[
        { title: 'Total', raw: invoice.total, as: 'money' }, { title: 'Paid by vouchers', raw: invoice.voucherTotal, as: 'money' }, { title: 'Payable', raw: invoice.payable, as: 'money' },
        { title: 'Outstanding', raw: invoice.outstanding, as: 'money' },
      ]} />
      <Panel>
        <Facts facts={[
          { title: 'Status', raw: invoice.status, as: 'status' }, { title: 'Seller', raw: invoice.sellerId, as: 'name' }, { title: 'Buyer', raw: invoice.organizationId, as: 'name' },
          { title: 'Month', raw: invoice.period, as: 'month' }, { title: 'Issued on', raw: invoice.issuedAt, as: 'instant' }, { title: 'Tax authority’s number', raw: invoice.taxNumber },
          { title: 'Net', raw: invoice.net, as: 'money' }, { title: 'VAT', raw: invoice.vat, as: 'money' }, { title: 'Rating version', raw: invoice.ratingVersion },
        ]} />
        <Typography.Paragraph type="secondary" className="anywhere">SHA-256 {invoice.contentDigest}</Typography.Paragraph>
      </Panel>
      <Panel title="Lines" extra={<><FileLink href={`/v1/invoices/${invoice.id}.html`} name={`${invoice.number}.html`}>{t('Print')}</FileLink> · <FileLink href={`/v1/invoices/${invoice.id}.csv`} name={`${invoice.number}.csv`}>{t('Lines as CSV')}</FileLink></>}>
        <Typography.Paragraph type="secondary">{t('Open a line to see why it costs what it costs.')}</Typography.Paragraph>
        <Table
          size="middle"
          rowKey="id"
          dataSource={invoice.lines}
          pagination={invoice.lines.length > 50 ? { pageSize: 50 } : false}
          scroll={{ x: 'max-content' }}
          expandable={{ expandedRowRender: line => <Explanation invoiceId={invoice.id} lineId={line.id} />, expandRowByClick: true }}
          columns={[
            { title: t('Kind'), render: (_, line) => <>{labelOf(line.kind, t)}{line.offPeak && <> <Tag>{t('Off-peak')}</Tag></>}</> },
            { title: t('Order'), render: (_, line) => <Link to={`/orders/${line.orderId}`} onClick={event => event.stopPropagation()}>{line.orderId.slice(-8)}</Link> },
            { title: t('Quantity'), align: 'end', render: (_, line) => `${format.number(line.quantity)} ${labelOf(line.unit, t)}` },
            { title: t('Unit price'), align: 'end', render: (_, line) => format.price(line.unitPrice) },
            { title: t('Amount'), align: 'end', render: (_, line) => format.money(line.amount) },
            { title: t('VAT'), align: 'end', render: (_, line) => <Two first={format.money(line.vat)} second={format.percent(line.vatRate)} /> },
            { title: t('Vouchers'), align: 'end', render: (_, line) => <div className="words">{line.vouchers.map(part => <div key={part.voucherId}><ProgrammeName code={part.programme} /> {format.money(part.amount)}</div>)}</div> },
            { title: t('Payable'), align: 'end', render: (_, line) => format.money(line.payable) },
          ]}
        />
      </Panel>
      <Panel title="Credit notes">
        <DataTable
          name="credit-notes"
          of={invoice.id}
          load={page => answer(api.GET('/v1/credit-notes', { params: { query: { ...page, invoiceId: invoice.id } } }))}
          rowKey={row => row.id}
          empty={t('Nothing was credited on this invoice.')}
          columns={[
            { title: 'Number', value: row => row.number }, { title: 'Issued on', value: row => row.issuedAt, as: 'instant', sort: 'issuedAt' }, { title: 'Note', value: row => row.note, as: 'note' },
            { title: 'Total', value: row => row.total, as: 'money', sort: 'total' }, { title: 'Back to vouchers', value: row => row.voucherReturned, as: 'money' }, { title: 'Back to the buyer', value: row => row.refund, as: 'money' },
          ]}
        />
      </Panel>
    </>
  )
}

/** A line walked down: formula, leg and price, vouchers with their rules, hours with their readings. */
function Explanation({ invoiceId, lineId }: { invoiceId: string; lineId: string }) {
  const t = useT()
  const format = useFormat()
  const line = useQuery<Schema<'LineExplanation'>, ApiProblem>({ queryKey: ['explain', lineId], queryFn: () => answer(api.GET('/v1/invoices/{id}/lines/{lineId}/explain', { params: { path: { id: invoiceId, lineId } } })) })
  return (
    <Loaded query={line}>{found => (
      <Timeline className="explained" items={[
        { content: <><strong>{t('Amount')}</strong><br /><span className="numbers">{messageText(found.amount.formula, t)}</span><br />{t('of it VAT {{vat}} at {{rate}}', { vat: format.money(found.amount.vat), rate: format.percent(found.amount.vatRate) })}</> },
        { content: (
          <><strong>{t('Leg')}</strong><br />{found.leg.accelerator} × {found.leg.cards}, {found.leg.node}, {format.span(found.leg.from, found.leg.to)}<br />
            {t('listed at {{price}} a card-hour', { price: format.price(found.leg.listingPrice) })}{found.leg.offPeak && <>; {t('from {{from}}:00 to {{to}}:00 × {{factor}}', { from: found.leg.offPeak.fromHour, to: found.leg.offPeak.toHour, factor: found.leg.offPeak.factor })}</>}
          </>) },
        ...found.vouchers.map(part => ({ content: (
          <><strong><ProgrammeName code={part.programme} /></strong><br />
            {t('{{amount}} by rule {{rule}} of version {{version}}', { amount: format.money(part.amount), rule: ruleName(part.rule, t), version: part.programmeVersion })}{part.ratio && <>, {format.percent(part.ratio)} × {format.money(part.eligible)}</>}<br />
            {part.deducted ? t('taken off the invoice') : t('reimbursed after payment')}; <Course part={part} />
          </>) })),
        ...found.vouchersNotApplied.map(refusal => ({ color: 'gray', content: <><strong><ProgrammeName code={refusal.programme} /></strong><br />{t('pays nothing, by version {{version}} of its rules', { version: refusal.programmeVersion })}: {wordsOf(refusals, refusal.code, t)}</> })),
        ...found.rewards.map(reward => ({ content: (
          <><strong>{t('Reward')}: <ProgrammeName code={reward.programme} /></strong><br />
            {t('{{amount}} by rule {{rule}} of version {{version}}', { amount: format.money(reward.amount), rule: ruleName(reward.rule, t), version: reward.programmeVersion })}
            {reward.ratio && <>, {format.percent(reward.ratio)} × {format.money(reward.ownMoney)}</>}{reward.perCardHour && <>, {format.price(reward.perCardHour)} × {format.number(reward.cardHours)} {t('card-hours')}</>}<br />
            <Name id={reward.providerId} />; <Course part={reward} />
          </>) })),
        ...found.credits.map(credit => ({ color: 'red', content: (
          <><strong>{t('Credit note')} {credit.number}</strong><br />
            {format.instant(credit.issuedAt)}, {t(creditReasons[credit.reason])}: {format.money(credit.amount)}
            {credit.returned.map(part => <div key={part.voucherId}>{t('{{amount}} back to the voucher', { amount: format.money(part.amount) })}</div>)}
          </>) })),
        ...(found.facts.length > 0 ? [{ color: 'gray', content: <><strong>{t('Hours apart')}</strong>{found.facts.map(fact => <div key={fact.from}>{format.instant(fact.from)}, {t('{{count}} h', { count: fact.hours })}: {labelOf(fact.standing, t)}</div>)}</> }] : []),
        { content: <><strong>{t('Readings')}</strong><Readings hours={found.hours} /></> },
      ]} />
    )}</Loaded>
  )
}

/** What became of what a programme paid. */
function Course({ part }: { part: Pick<Schema<'ExplainedPart'>, 'claimed' | 'paid' | 'returned' | 'rejected'> }) {
  const t = useT()
  const format = useFormat()
  return (
    <>
      {t('claimed {{claimed}}, paid {{paid}}', { claimed: format.money(part.claimed), paid: format.money(part.paid) })}
      {fen(part.returned) > 0 && <>; {t('{{amount}} returned', { amount: format.money(part.returned) })}</>}
      {fen(part.rejected) > 0 && <>; {t('{{amount}} rejected by the authority', { amount: format.money(part.rejected) })}</>}
    </>
  )
}

function Readings({ hours }: { hours: Schema<'ExplainedHour'>[] }) {
  const t = useT()
  const format = useFormat()
  return (
    <Table
      size="small"
      rowKey="hour"
      dataSource={hours}
      pagination={hours.length > 12 ? { pageSize: 12, showSizeChanger: false } : false}
      scroll={{ x: 'max-content' }}
      expandable={{
        rowExpandable: hour => hour.readings.length > 0,
        expandedRowRender: hour => (
          <Flex vertical gap={4}>
            {hour.readings.map(reading => (
              <div key={reading.source + reading.eventId} className="explained">
                <Value raw={reading.eventId} kind="id" /> · {format.span(reading.from, reading.to)} · {reading.cards} {t('Cards')} · <Value raw={reading.status} kind="label" /> · {reading.attested ? t('signed by its meter') : t('not signed')} · {t('from the meter')} <Value raw={reading.source} kind="id" />
              </div>
            ))}
          </Flex>
        ),
      }}
      columns={[
        { title: t('Hour'), render: (_, hour) => format.instant(hour.hour) },
        { title: t('Card-hours'), align: 'end', render: (_, hour) => format.number(hour.cardHours) },
        { title: t('Readings'), align: 'end', render: (_, hour) => hour.readings.length },
      ]}
    />
  )
}
