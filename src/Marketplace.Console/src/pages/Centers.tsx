import { PlusOutlined } from '@ant-design/icons'
import { Link, useNavigate } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useMay } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { TextFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { NumberField } from '../components/fields'
import { TextField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { provinceOf } from './lists'

export default function Centers() {
  const t = useT()
  const format = useFormat()
  const may = useMay()
  const [name] = useFilter('name')
  return (
    <PageBody title={t('Centres')} actions={may('provider') && <AddCenter />}>
      <DataTable
        name="centers"
        query={{ name }}
        load={page => answer(api.GET('/v1/centers', { params: { query: { ...page, name } } }))}
        filters={<TextFilter name="name" label="Name" />}
        rowKey={row => row.id}
        empty={t('Add the first centre; its nodes come next.')}
        columns={[
          { title: 'Centre', value: row => row.name, render: row => <Link to={`/centers/${row.id}`}>{row.name}</Link>, sort: 'name' },
          { title: 'Provider', value: row => row.ownerId, as: 'name' },
          { title: 'Region', value: row => row.regionCode, render: row => `${provinceOf(row.regionCode, format.language)} (${row.regionCode})` },
          { title: 'Hub', value: row => row.hub },
          { title: 'PUE', value: row => row.pue, as: 'number', sort: 'pue' },
          { title: 'Latency (ms)', value: row => row.latencyMs, as: 'number', sort: 'latencyMs' },
          { title: 'Bandwidth (Gbit/s)', value: row => row.bandwidthGbps, as: 'number', sort: 'bandwidthGbps' },
        ]}
      />
    </PageBody>
  )
}

function AddCenter() {
  const navigate = useNavigate()
  return (
    <ActionButton<Schema<'CreateCenter'>>
      type="primary"
      icon={<PlusOutlined />}
      label="Add a centre"
      fields={(
        <>
          <TextField name="name" label="Name" required />
          <TextField name="regionCode" label="Region" help="Six digits of GB/T 2260, such as 330109." required />
          <TextField name="hub" label="Hub" />
          <div className="form-grid"><NumberField name="pue" label="PUE" min={1} /><NumberField name="latencyMs" label="Latency (ms)" min={0} /><NumberField name="bandwidthGbps" label="Bandwidth (Gbit/s)" min={0} /></div>
        </>
      )}
      onSubmit={async values => navigate(`/centers/${(await answer(api.POST('/v1/centers', { body: { ...values, hub: values.hub || null, pue: values.pue ?? null, latencyMs: values.latencyMs ?? null, bandwidthGbps: values.bandwidthGbps ?? null } }))).id}`)}
    />
  )
}
