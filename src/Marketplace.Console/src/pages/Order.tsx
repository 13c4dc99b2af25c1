import { useQuery } from '@tanstack/react-query'
import { Alert, Collapse, Flex, Space, Typography } from 'antd'
import type { Dayjs } from 'dayjs'
import { useMemo } from 'react'
import { Link, useParams } from 'react-router'
import { answer, api, everything, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { Chart } from '../components/Chart'
import { DataTable } from '../components/DataTable'
import { Facts, Loaded, PageBody, Panel } from '../components/layout'
import { HourField, NumberField, SelectField } from '../components/fields'
import { DecimalField, NoteField } from '../components/ProblemForm'
import { Timeline } from '../components/Timeline'
import { Name, ProgrammeName, Two, Value } from '../components/value'
import { instantAt, wallClock } from '../format/format'
import { useT } from '../i18n/i18n'
import { hourlyUse } from './usage'
import { Table } from '../components/Table'

type Order = Schema<'OrderAnswer'>
type Leg = Schema<'OrderLegAnswer'>

export default function OrderPage() {
  const t = useT()
  const { id = '' } = useParams()
  const order = useQuery<Order, ApiProblem>({ queryKey: ['order', id], queryFn: () => answer(api.GET('/v1/orders/{id}', { params: { path: { id } } })) })
  return (
    <PageBody title={`${t('Order')} ${id.slice(-8)}`} of={{ title: 'Orders', path: '/orders' }} actions={order.data && <CancelButton order={order.data} />}>
      <Loaded query={order}>{found => <Details order={found} />}</Loaded>
    </PageBody>
  )
}

function CancelButton({ order }: { order: Order }) {
  const { session } = useSession()
  const format = useFormat()
  return session.role === 'enterprise' && order.buyerId === session.organization.id && order.legs.some(leg => !leg.cancelled && Date.parse(leg.from) > format.now())
    ? <ActionButton danger label="Cancel what hasn’t started" explain="Legs that haven’t started are released, and what was held for them is free again." onSubmit={() => answer(api.POST('/v1/orders/{id}/cancel', { params: { path: { id: order.id } } }))} />
    : null
}

function Details({ order }: { order: Order }) {
  const t = useT()
  const format = useFormat()
  const { session } = useSession()
  const buys = order.buyerId === session.organization.id
  return (
    <>
      <Panel>
        <Facts facts={[
          { title: 'Status', raw: order.status, as: 'status' }, { title: 'Buyer', raw: order.buyerId, as: 'name' }, { title: 'Placed', raw: order.placedAt, as: 'instant' },
          { title: 'From', raw: order.from, as: 'instant' }, { title: 'To', raw: order.to, as: 'instant' }, { title: 'Total', raw: order.total, as: 'money' },
          ...(order.payable == null ? [] : [
            { title: 'Public money' as const, raw: order.publicMoney, as: 'money' as const }, { title: 'Payable' as const, raw: order.payable, as: 'money' as const },
            { title: 'Held now' as const, raw: order.depositHeld, as: 'money' as const },
          ]),
        ]} />
        {order.vouchers?.map(part => <Typography.Paragraph key={part.voucherId} type="secondary"><ProgrammeName code={part.programme} />: {t('{{amount}} set aside when ordered', { amount: format.money(part.amount) })}</Typography.Paragraph>)}
      </Panel>
      <Panel title="Plan on a timeline">
        <Timeline bars={order.legs.filter(leg => !leg.cancelled).map(leg => ({ row: leg.node, from: leg.from, to: leg.soldUntil ?? leg.to, group: leg.accelerator, label: `${leg.accelerator} × ${leg.cards}` }))} />
      </Panel>
      <Panel title="Legs">
        <Table<Leg>
          size="small"
          rowKey="id"
          dataSource={order.legs}
          pagination={order.legs.length > 20 ? { pageSize: 20 } : false}
          scroll={{ x: 'max-content' }}
          columns={[
            { title: t('Centre'), render: (_, leg) => <Two first={<Name id={leg.centerId} />} second={leg.node} /> },
            { title: t('Cards'), render: (_, leg) => <Two first={`${leg.accelerator} × ${leg.milliPerCard < 1000 ? `${leg.cards} × ${leg.milliPerCard}‰` : leg.cards}`} second={<Value raw={leg.product} kind="label" />} /> },
            { title: t('When'), render: (_, leg) => <Two first={`${format.instant(leg.from)} –`} second={format.instant(leg.soldUntil ?? leg.to)} even /> },
            { title: t('Delivery'), render: (_, leg) => leg.cancelled ? t('Cancelled') : <div className="words"><Delivery orderId={order.id} leg={leg} sells={leg.sellerId === session.organization.id} buys={buys} /></div> },
            { title: t('Amount'), align: 'end', render: (_, leg) => <Two first={format.money(leg.amount)} second={t('{{price}} a card-hour', { price: format.price(leg.pricePerCardHour) })} /> },
          ]}
        />
      </Panel>
      <Usage order={order} />
      <Panel title="What the buyer confirmed">
        <DataTable
          name="confirmations"
          of={order.id}
          load={page => answer(api.GET('/v1/orders/{id}/confirmations', { params: { path: { id: order.id }, query: page } }))}
          rowKey={row => row.id}
          empty={buys ? t('Confirm, leg by leg above, that it ran: some programmes ask for it beside the readings.') : t('The buyer has confirmed no hours yet.')}
          columns={[
            { title: 'Leg', value: row => row.legId, as: 'id' }, { title: 'From', value: row => row.from, as: 'instant' }, { title: 'To', value: row => row.to, as: 'instant' },
            { title: 'It ran', value: row => row.ran, as: 'boolean' }, { title: 'Note', value: row => row.note, as: 'note' }, { title: 'Time', value: row => row.at, as: 'instant' },
            { title: 'Dispute', value: row => row.disputeId, render: row => row.disputeId && <Link to={`/disputes/${row.disputeId}`}>{row.disputeId.slice(-8)}</Link> },
          ]}
        />
      </Panel>
      <Contracts orderId={order.id} />
    </>
  )
}

function Delivery({ orderId, leg, sells, buys }: { orderId: string; leg: Leg; sells: boolean; buys: boolean }) {
  const t = useT()
  const format = useFormat()
  const path = { id: orderId, legId: leg.id }
  const delivery = useQuery<Schema<'DeliveryAnswer'>, ApiProblem>({ queryKey: ['delivery', leg.id], queryFn: () => answer(api.GET('/v1/orders/{id}/legs/{legId}/delivery', { params: { path } })), retry: false })
  const [started, ended] = [Date.parse(leg.from) <= format.now(), Date.parse(leg.to) <= format.now()]
  return (
    <Space wrap size={4}>
      {delivery.data
        ? <><Value raw={delivery.data.status} kind="status" />{delivery.data.access && <Typography.Text code copyable={{ tooltips: false, tabIndex: 0 }}>{delivery.data.access}</Typography.Text>}</>
        : <span>{started ? t('Delivered with its start') : t('Not yet')}</span>}
      {sells && !ended && (
        <ActionButton<{ access?: string; note?: string; from?: Dayjs }>
          size="small"
          label="Hand over"
          explain="Only the buyer is shown the access. A later hour can be declared before the leg starts."
          fields={<><NoteField name="access" label="Access" help="Address, user, key: whatever the buyer needs." />{!started && <HourField name="from" label="Delivered from" />}<NoteField name="note" label="Note" /></>}
          onSubmit={values => answer(api.PUT('/v1/orders/{id}/legs/{legId}/delivery', { params: { path }, body: { access: values.access || null, note: values.note || null, from: values.from ? instantAt(values.from, format.timeZone) : null } }))}
        />
      )}
      {buys && started && (
        <ActionButton<{ from: Dayjs; reason: string }>
          size="small"
          label="Object"
          explain="Hours from there on are disputed and left out of the invoice until that is decided."
          initialValues={{ from: wallClock(leg.from, format.timeZone) }}
          fields={<><HourField name="from" label="Not delivered from" required /><NoteField name="reason" label="What fell short" required /></>}
          onSubmit={values => answer(api.POST('/v1/orders/{id}/legs/{legId}/objections', { params: { path }, body: { from: instantAt(values.from, format.timeZone), reason: values.reason } }))}
        />
      )}
      {buys && started && <ConfirmHours orderId={orderId} leg={leg} ended={ended} />}
      {buys && !ended && leg.product === 'reserved' && <Resell orderId={orderId} leg={leg} />}
    </Space>
  )
}

/** What the buyer saw of a leg: it stands beside the readings where a programme asks for it. */
function ConfirmHours({ orderId, leg, ended }: { orderId: string; leg: Leg; ended: boolean }) {
  const t = useT()
  const format = useFormat()
  return (
    <ActionButton<{ from: Dayjs; to: Dayjs; ran: 'yes' | 'no'; note?: string }>
      size="small"
      label="Confirm hours"
      explain="Say whether the leg ran in these hours, in all of them or in none. Hours that you deny are disputed."
      initialValues={{ from: wallClock(leg.from, format.timeZone), to: ended ? wallClock(leg.to, format.timeZone) : format.clock().startOf('hour'), ran: 'yes' }}
      fields={(
        <>
          <div className="form-grid"><HourField name="from" label="From" required /><HourField name="to" label="To" required /></div>
          <SelectField name="ran" label="It ran" clear={false} options={[{ value: 'yes', label: t('Yes, in all of them') }, { value: 'no', label: t('No, in none') }]} />
          <NoteField name="note" label="Note" />
        </>
      )}
      onSubmit={values => answer(api.POST('/v1/orders/{id}/legs/{legId}/confirmations', {
        params: { path: { id: orderId, legId: leg.id } },
        body: { from: instantAt(values.from, format.timeZone), to: instantAt(values.to, format.timeZone), ran: values.ran === 'yes', note: values.note || null },
      }))}
    />
  )
}

function Resell({ orderId, leg }: { orderId: string; leg: Leg }) {
  const format = useFormat()
  return (
    <ActionButton<{ cards: number; from: Dayjs; to: Dayjs; pricePerCardHour: string }>
      size="small"
      label="Resell"
      explain="What lies ahead of this leg goes on offer. You get the price less commission; the provider is paid as before."
      initialValues={{ cards: leg.cards, from: wallClock(leg.from, format.timeZone), to: wallClock(leg.to, format.timeZone), pricePerCardHour: leg.pricePerCardHour }}
      fields={<div className="form-grid"><NumberField name="cards" label="Cards" min={1} max={leg.cards} required /><DecimalField name="pricePerCardHour" label="Price a card-hour" unit="¥" required /><HourField name="from" label="From" required /><HourField name="to" label="To" required /></div>}
      onSubmit={values => answer(api.POST('/v1/resales', { body: { orderId, legId: leg.id, cards: values.cards, pricePerCardHour: values.pricePerCardHour, from: instantAt(values.from, format.timeZone), to: instantAt(values.to, format.timeZone) } }))}
    />
  )
}

function Usage({ order }: { order: Order }) {
  const t = useT()
  const format = useFormat()
  const usage = useQuery<Schema<'UsageHourAnswer'>[], ApiProblem>({
    queryKey: ['usage', order.id],
    queryFn: () => everything(page => answer(api.GET('/v1/orders/{id}/usage', { params: { path: { id: order.id }, query: page } }))),
  })
  const option = useMemo(() => {
    const hours = hourlyUse(order.legs, usage.data ?? [])
    return {
      legend: { top: 0 },
      grid: { left: 8, right: 40, top: 56, bottom: 8, containLabel: true },
      xAxis: { type: 'category', data: hours.map(hour => format.instant(hour.hour)), axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value', name: t('Cards') },
      series: [
        { name: t('Bought'), type: 'line', step: 'end', symbol: 'none', areaStyle: { opacity: 0.12 }, data: hours.map(hour => hour.bought) },
        { name: t('Used'), type: 'bar', stack: 'hour', data: hours.map(hour => hour.used) },
        { name: t('Down'), type: 'bar', stack: 'hour', data: hours.map(hour => hour.down) },
      ],
    }
  }, [order, usage.data, format, t])
  return (
    <Panel title="Usage against what was bought">
      <Loaded query={usage}>{hours => hours.length === 0
        ? <Alert type="info" showIcon title={t('No readings have come yet. They appear here by the hour.')} />
        : (
            <Flex vertical gap="middle">
              <Chart option={option} summary={t('Cards used by hour, beside the cards bought')} />
              <Collapse ghost items={[{ key: 'table', label: t('As a table'), children: (
                <DataTable
                  name="usage"
                  of={order.id}
                  load={page => answer(api.GET('/v1/orders/{id}/usage', { params: { path: { id: order.id }, query: page } }))}
                  rowKey={row => row.legId + row.hour}
                  empty={t('No readings have come yet. They appear here by the hour.')}
                  columns={[
                    { title: 'Hour', value: row => row.hour, as: 'instant' }, { title: 'Leg', value: row => row.legId, as: 'id' },
                    { title: 'Card-seconds', value: row => row.cardSeconds, as: 'number' }, { title: 'Seconds down', value: row => row.downSeconds, as: 'number' },
                    { title: 'Attested', value: row => row.attested, as: 'boolean' }, { title: 'Disputed', value: row => row.disputed, as: 'boolean' },
                  ]}
                />
              ) }]} />
            </Flex>
          )}
      </Loaded>
    </Panel>
  )
}

function Contracts({ orderId }: { orderId: string }) {
  const t = useT()
  const contracts = useQuery<Schema<'PageOfContractAnswer'>, ApiProblem>({ queryKey: ['contracts', orderId], queryFn: () => answer(api.GET('/v1/orders/{id}/contracts', { params: { path: { id: orderId } } })) })
  return (
    <Panel title="Contracts">
      <Loaded query={contracts}>{page => (
        <Collapse items={page.items.map(contract => ({
          key: contract.id,
          label: `${contract.number} · ${contract.seller.name}`,
          children: <><div className="contract" tabIndex={0} role="document" aria-label={t('Contract')}>{contract.text}</div><Typography.Text type="secondary">SHA-256 {contract.digest}</Typography.Text></>,
        }))} />
      )}</Loaded>
    </Panel>
  )
}
