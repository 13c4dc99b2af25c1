import { useQuery } from '@tanstack/react-query'
import { Flex, Tabs, Typography } from 'antd'
import type { Dayjs } from 'dayjs'
import { Link, useParams } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, TextFilter, useFilter } from '../components/filters'
import { Facts, Loaded, PageBody, Panel } from '../components/layout'
import { HourField, NumberField, SelectField } from '../components/fields'
import { NoteField, TextField } from '../components/ProblemForm'
import { instantAt } from '../format/format'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'
import { accelerators, provinceOf } from './lists'
import { CenterCalendar } from './CenterCalendar'
import { NodesImport } from './NodesImport'

type Center = Schema<'CenterAnswer'>

export default function CenterPage() {
  const t = useT()
  const { id = '' } = useParams()
  const [tab, setTab] = useFilter('tab', 'nodes')
  const center = useQuery<Center, ApiProblem>({ queryKey: ['center', id], queryFn: () => answer(api.GET('/v1/centers/{id}', { params: { path: { id } } })) })
  return (
    <PageBody title={center.data?.name ?? t('Centre')} of={{ title: 'Centres', path: '/centers' }}>
      <Loaded query={center}>{found => (
        <>
          <CenterFacts center={found} />
          <Tabs activeKey={tab} onChange={setTab} items={[
            { key: 'nodes', label: t('Nodes'), children: <Nodes center={found} /> },
            { key: 'calendar', label: t('Calendar'), children: <CenterCalendar id={id} /> },
            { key: 'reliability', label: t('Reliability'), children: <Reliability id={id} /> },
          ]} />
        </>
      )}</Loaded>
    </PageBody>
  )
}

function CenterFacts({ center }: { center: Center }) {
  const format = useFormat()
  return (
    <Panel>
      <Facts facts={[
        { title: 'Provider', raw: center.ownerId, as: 'name' }, { title: 'Region', raw: `${provinceOf(center.regionCode, format.language)} (${center.regionCode})` }, { title: 'Hub', raw: center.hub },
        { title: 'PUE', raw: center.pue, as: 'number' }, { title: 'Latency (ms)', raw: center.latencyMs, as: 'number' }, { title: 'Bandwidth (Gbit/s)', raw: center.bandwidthGbps, as: 'number' },
      ]} />
    </Panel>
  )
}

function Nodes({ center }: { center: Center }) {
  const t = useT()
  const { session } = useSession()
  const owns = session.organization.id === center.ownerId
  const models = useQuery(accelerators)
  const [name] = useFilter('name')
  const [accelerator] = useFilter('accelerator')
  return (
    <Flex vertical gap="middle">
      {owns && <Flex gap="small" wrap><AddNode center={center} /><NodesImport centerId={center.id} /></Flex>}
      <DataTable
        name="nodes"
        of={center.id}
        query={{ name, accelerator }}
        load={page => answer(api.GET('/v1/centers/{id}/nodes', { params: { path: { id: center.id }, query: { ...page, name, accelerator } } }))}
        rowKey={row => row.id}
        filters={<><TextFilter name="name" label="Node" /><ChoiceFilter name="accelerator" label="Model" texts={(models.data?.items ?? []).map(item => ({ value: item.model, label: item.model }))} /></>}
        empty={t('Add nodes one by one, or import a CSV file.')}
        expand={row => <NodeLegs centerId={center.id} name={row.name} />}
        columns={[
          { title: 'Node', value: row => row.name, sort: 'name' },
          { title: 'Model', value: row => row.accelerator, sort: 'accelerator' },
          { title: 'Cards', value: row => row.cards, as: 'number', sort: 'cards' },
          { title: 'vCPUs', value: row => row.vcpus, as: 'number' },
          { title: 'Memory (GiB)', value: row => row.memoryGiB, as: 'number' },
          { title: 'Interconnect', value: row => row.interconnect, as: 'label' },
          { title: 'Tags', value: row => row.tags.join(', ') },
          { title: 'Withdrawn from', value: row => row.withdrawnFrom, as: 'instant' },
          { title: 'Actions', value: () => '', hidden: !owns, render: row => row.withdrawnFrom ? null : <Withdraw center={center} name={row.name} /> },
        ]}
      />
    </Flex>
  )
}

/** Who has which cards of a node at this moment. */
function NodeLegs({ centerId, name }: { centerId: string; name: string }) {
  const t = useT()
  const format = useFormat()
  return (
    <DataTable
      name="legs"
      of={`${centerId} ${name}`}
      load={page => answer(api.GET('/v1/centers/{id}/nodes/{name}/legs', { params: { path: { id: centerId, name }, query: page } }))}
      rowKey={row => row.id}
      empty={t('No leg has cards of this node now.')}
      columns={[
        { title: 'Order', value: row => row.orderId, render: row => <Link to={`/orders/${row.orderId}`}>{row.orderId.slice(-8)}</Link> },
        { title: 'Leg', value: row => row.id, as: 'id' },
        { title: 'Product', value: row => row.product, as: 'label' },
        { title: 'Cards', value: row => row.cards.map(card => card.milli === 1000 ? card.card : `${card.card} (${card.milli}/1000)`).join(', ') },
        { title: 'From', value: row => row.cards[0]?.from, as: 'instant' },
        { title: 'To', value: row => row.cards[0]?.to, render: row => format.instant(row.cards.map(card => card.to).sort().at(-1)!) },
      ]}
    />
  )
}

function AddNode({ center }: { center: Center }) {
  const t = useT()
  const models = useQuery(accelerators)
  return (
    <ActionButton<{ nodes: [Schema<'NodeInput'>] }>
      type="primary"
      label="Add a node"
      fields={(
        <>
          <TextField name={['nodes', 0, 'name']} label="Name" required />
          <SelectField name={['nodes', 0, 'accelerator']} label="Model" required options={(models.data?.items ?? []).map(item => ({ value: item.model, label: item.model }))} />
          <div className="form-grid">
            <NumberField name={['nodes', 0, 'cards']} label="Cards" min={1} required />
            <NumberField name={['nodes', 0, 'vcpus']} label="vCPUs" min={1} required />
            <NumberField name={['nodes', 0, 'memoryGiB']} label="Memory (GiB)" min={1} required />
            <SelectField name={['nodes', 0, 'interconnect']} label="Interconnect" options={optionsOf(['pcie', 'nvlink', 'rdma'], t)} />
          </div>
          <SelectField name={['nodes', 0, 'tags']} label="Tags" help="Software stack, bare metal or container: whatever demands may ask for." many="free" options={[]} />
        </>
      )}
      onSubmit={values => answer(api.POST('/v1/centers/{id}/nodes', { params: { path: { id: center.id } }, body: values }))}
    />
  )
}

function Withdraw({ center, name }: { center: Center; name: string }) {
  const format = useFormat()
  return (
    <ActionButton<{ from?: Dayjs; reason: string }>
      danger
      size="small"
      label="Withdraw"
      explain="What was sold on the node moves to equal or better capacity at the same price if there is any; the rest is refunded."
      fields={<><HourField name="from" label="From" /><NoteField name="reason" label="Reason" required /></>}
      onSubmit={values => answer(api.POST('/v1/centers/{id}/nodes/{name}/withdrawals', { params: { path: { id: center.id, name } }, body: { from: values.from ? instantAt(values.from, format.timeZone) : null, reason: values.reason } }))}
    />
  )
}

function Reliability({ id }: { id: string }) {
  const t = useT()
  const reliability = useQuery<Schema<'ReliabilityAnswer'>, ApiProblem>({ queryKey: ['reliability', id], queryFn: () => answer(api.GET('/v1/centers/{id}/reliability', { params: { path: { id } } })) })
  return (
    <Loaded query={reliability}>{found => (
      <>
        <Typography.Paragraph>{t('What buyers see of how this centre delivers. Availability comes from down readings, not from claims.')}</Typography.Paragraph>
        <DataTable
          name="reliability"
          of={id}
          rows={found.months}
          rowKey={row => row.month}
          empty={t('Nothing was delivered here yet.')}
          columns={[{ title: 'Month', value: row => row.month, as: 'month' }, { title: 'Availability', value: row => row.availability, as: 'percent' }, { title: 'Orders completed', value: row => row.ordersCompleted, as: 'number' }, { title: 'Disputes lost', value: row => row.disputesLost, as: 'number' }]}
        />
      </>
    )}</Loaded>
  )
}
