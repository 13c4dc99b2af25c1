import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { PageBody, Panel } from '../components/layout'
import { SelectField } from '../components/fields'
import { NoteField, TextField } from '../components/ProblemForm'
import { Name } from '../components/value'
import { useT } from '../i18n/i18n'
import { centers } from './lists'

export default function Meters() {
  const t = useT()
  const { session } = useSession()
  return (
    <PageBody title={t('Meters')} subtitle={t('Their readings are what gets billed. Signed ones count as attested.')} actions={session.role === 'provider' && <Register />}>
      <Panel title="Gaps"><Gaps /></Panel>
      <DataTable
        name="meters"
        load={page => answer(api.GET('/v1/meters', { params: { query: page } }))}
        rowKey={row => row.id}
        empty={t('Register the first meter of a centre; what it reports is billed.')}
        columns={[
          { title: 'Name', value: row => row.name, sort: true }, { title: 'Centre', value: row => row.centerId, as: 'name' },
          { title: 'Source of its readings', value: row => row.source }, { title: 'Signs', value: row => row.signs, as: 'boolean' },
        ]}
      />
    </PageBody>
  )
}

/** Running legs of which no reading came for too long. */
function Gaps() {
  const t = useT()
  return (
    <DataTable
      name="gaps"
      load={page => answer(api.GET('/v1/gaps', { params: { query: page } }))}
      rowKey={row => row.id}
      empty={t('No meter is silent.')}
      columns={[
        { title: 'Centre', value: row => row.centerId, render: row => <Link to={`/centers/${row.centerId}`}><Name id={row.centerId} /></Link> }, { title: 'Leg', value: row => row.legId, as: 'id' },
        { title: 'Silent since', value: row => row.from, as: 'instant' }, { title: 'Readings again from', value: row => row.to, as: 'instant' }, { title: 'Found', value: row => row.foundAt, as: 'instant' },
      ]}
    />
  )
}

function Register() {
  const mine = useQuery(centers)
  return (
    <ActionButton<Schema<'RegisterMeter'>>
      type="primary"
      label="Register a meter"
      fields={(
        <>
          <SelectField name="centerId" label="Centre" required options={(mine.data?.items ?? []).map(center => ({ value: center.id, label: center.name }))} />
          <TextField name="name" label="Name" required />
          <NoteField name="publicKeyPem" label="Public key (PEM, ECDSA P-256)" help="With it, batches that the meter signs count as attested." />
        </>
      )}
      onSubmit={values => answer(api.POST('/v1/meters', { body: { ...values, publicKeyPem: values.publicKeyPem || null } }))}
    />
  )
}
