import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Form } from 'antd'
import type { Dayjs } from 'dayjs'
import { answer, api, everything, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useMay, useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { FieldRows } from '../components/FieldRows'
import { HourField, NumberField, SelectField } from '../components/fields'
import { PickerField, PickerFilter } from '../components/Picker'
import { DecimalField, TextField } from '../components/ProblemForm'
import { instantAt } from '../format/format'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'
import { accelerators, centers, parties, provinceOf, provinceOptions } from './lists'

export default function Listings() {
  const t = useT()
  const format = useFormat()
  const { session } = useSession()
  const [accelerator] = useFilter('accelerator')
  const [region] = useFilter('region')
  const [product] = useFilter('product')
  const [sellerId] = useFilter('sellerId')
  const [centerId] = useFilter('centerId')
  const may = useMay()
  const models = useQuery(accelerators)
  return (
    <PageBody title={t('Listings')} subtitle={t('What stands on offer, of every seller.')} actions={may('provider') && <CreateListing />}>
      <DataTable
        name="listings"
        query={{ accelerator, region, product, sellerId, centerId }}
        load={page => answer(api.GET('/v1/listings', { params: { query: { ...page, accelerator, region, product, sellerId, centerId } } }))}
        rowKey={row => row.id}
        filters={(
          <>
            <ChoiceFilter name="accelerator" label="Model" texts={(models.data?.items ?? []).map(item => ({ value: item.model, label: item.model }))} />
            <ChoiceFilter name="region" label="Province" texts={provinceOptions(format.language)} />
            <ChoiceFilter name="product" label="Product" options={['reserved', 'metered', 'tokens'] satisfies Schema<'Product'>[]} />
            <PickerFilter name="sellerId" label="Seller" source={parties()} />
            {(session.role === 'provider' || session.role === 'admin' || session.role === 'auditor') && <PickerFilter name="centerId" label="Centre" source={centers} />}
          </>
        )}
        empty={t('Nothing is on offer. Providers list capacity from their centres’ nodes.')}
        columns={[
          { title: 'Seller', value: row => row.sellerId, as: 'name' },
          { title: 'Centre', value: row => row.centerId, as: 'name' },
          { title: 'Region', spare: true, value: row => row.regionCode, render: row => provinceOf(row.regionCode, format.language) },
          { title: 'Models', value: row => row.accelerators.join(', ') },
          { title: 'Nodes', value: row => row.nodes, as: 'number', spare: true },
          { title: 'Cards', value: row => row.cards, as: 'number' },
          { title: 'Product', value: row => row.product, as: 'label', spare: session.role === 'provider' },
          { title: 'Price a card-hour', value: row => row.pricePerCardHour, as: 'price', sort: 'pricePerCardHour' },
          { title: 'Off-peak', spare: true, value: row => row.offPeak && `${row.offPeak.fromHour}:00–${row.offPeak.toHour}:00 × ${row.offPeak.factor}` },
          { title: 'From', value: row => row.from, as: 'instant', sort: 'from' },
          { title: 'To', value: row => row.to, as: 'instant', sort: 'to' },
          { title: 'Status', value: row => row.status, as: 'status', spare: true },
          { title: 'Resold', value: row => row.resale, as: 'boolean', spare: true },
          { title: 'Actions', value: () => '', hidden: !may('provider', 'enterprise'), render: row => row.sellerId === session.organization.id && row.status === 'active'
            ? <ActionButton danger size="small" label="Withdraw" explain="What is sold stays sold; what isn’t is no longer offered." onSubmit={() => answer(api.DELETE('/v1/listings/{id}', { params: { path: { id: row.id } } }))} />
            : null },
        ]}
      />
    </PageBody>
  )
}

type ListingValues = { centerId: string; nodes?: string[]; span: never; from: Dayjs; to: Dayjs; product: Schema<'Product'>; pricePerCardHour: string; sliceMilli?: number; minHours?: number; offPeak?: { fromHour?: number; toHour?: number; factor?: string }; tokenPrices?: Schema<'TokenPricesInput'>; benchmarks?: Schema<'BenchmarkInput'>[] }

function CreateListing() {
  const format = useFormat()
  const from = format.clock().add(1, 'hour').startOf('hour')
  return (
    <ActionButton<ListingValues>
      type="primary"
      icon={<PlusOutlined />}
      label="List capacity"
      width={680}
      initialValues={{ product: 'metered', from, to: from.add(3, 'month') }}
      fields={<ListingFields />}
      onSubmit={values => answer(api.POST('/v1/listings', {
        body: {
          centerId: values.centerId, nodes: values.nodes?.length ? values.nodes : null, product: values.product, pricePerCardHour: values.pricePerCardHour || null,
          from: instantAt(values.from, format.timeZone), to: instantAt(values.to, format.timeZone), sliceMilli: values.sliceMilli ?? null, minHours: values.minHours ?? null,
          offPeak: values.offPeak?.factor ? { fromHour: values.offPeak.fromHour ?? null, toHour: values.offPeak.toHour ?? null, factor: values.offPeak.factor } : null,
          tokenPrices: values.product === 'tokens' ? { inputPerMillion: values.tokenPrices?.inputPerMillion || null, outputPerMillion: values.tokenPrices?.outputPerMillion || null } : null,
          benchmarks: values.benchmarks?.length ? values.benchmarks : null,
        },
      }))}
    />
  )
}

function ListingFields() {
  const t = useT()
  const centerId = Form.useWatch<string | undefined>('centerId')
  const byTokens = Form.useWatch<string | undefined>('product') === 'tokens'
  const nodes = useQuery({ queryKey: ['nodes', centerId], enabled: !!centerId, queryFn: () => everything(page => answer(api.GET('/v1/centers/{id}/nodes', { params: { path: { id: centerId! }, query: page } }))) })
  return (
    <>
      <div className="form-grid">
        <PickerField name="centerId" label="Centre" required source={centers} />
        <SelectField name="product" label="Product" clear={false} options={optionsOf(['metered', 'reserved', 'tokens'], t)} />
      </div>
      <SelectField name="nodes" label="Nodes" help="None chosen means all of the centre’s nodes." many options={(nodes.data ?? []).map(node => ({ value: node.name, label: `${node.name} · ${node.accelerator} × ${node.cards}` }))} />
      <div className="form-grid">
        <HourField name="from" label="From" required />
        <HourField name="to" label="To" required />
        {byTokens
          ? <><DecimalField name={['tokenPrices', 'inputPerMillion']} label="Price a million input tokens" unit="¥" required /><DecimalField name={['tokenPrices', 'outputPerMillion']} label="Price a million output tokens" unit="¥" required /></>
          : <DecimalField name="pricePerCardHour" label="Price a card-hour" unit="¥" required />}
        <NumberField name="sliceMilli" label="Sold in shares of a card, thousandths" min={1} max={1000} />
        <NumberField name="minHours" label="At least this many hours" min={1} />
        <NumberField name={['offPeak', 'fromHour']} label="Off-peak from hour" min={0} max={23} />
        <NumberField name={['offPeak', 'toHour']} label="Off-peak to hour" min={0} max={23} />
        <DecimalField name={['offPeak', 'factor']} label="Off-peak factor" placeholder="0.6" />
      </div>
      <FieldRows path={['benchmarks']} title={t('Measured throughput, which demands for tokens go by')} add={t('Add a model')}>{at => (
        <div className="form-grid"><TextField name={[at, 'model']} label="Model" required /><NumberField name={[at, 'tokensPerSecondPerCard']} label="Tokens a second and card" min={0} required /></div>
      )}</FieldRows>
    </>
  )
}
