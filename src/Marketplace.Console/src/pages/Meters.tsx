import type { Dayjs } from 'dayjs'
import { Link } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useMay, useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, TextFilter, useFilter } from '../components/filters'
import { PageBody, Panel } from '../components/layout'
import { HourField } from '../components/fields'
import { NoteField, TextField } from '../components/ProblemForm'
import { Name } from '../components/value'
import { instantAt } from '../format/format'
import { useT } from '../i18n/i18n'
import { PickerField, PickerFilter } from '../components/Picker'
import { centers } from './lists'

export default function Meters() {
  const t = useT()
  const { session } = useSession()
  const may = useMay()
  const buys = session.role === 'enterprise'
  const [name] = useFilter('name')
  const [centerId] = useFilter('centerId')
  return (
    <PageBody
      title={t('Meters')}
      subtitle={buys ? t('Your own meters are held against the provider’s: hours in which they differ are disputed, and stay out of the invoice meanwhile.') : t('Their readings are what gets billed. Signed ones count as attested.')}
      actions={(buys || session.role === 'provider') && <Register buys={buys} />}
    >
      {!buys && <Panel title="Gaps"><Gaps /></Panel>}
      <DataTable
        name="meters"
        query={{ name, centerId }}
        load={page => answer(api.GET('/v1/meters', { params: { query: { ...page, name, centerId } } }))}
        rowKey={row => row.id}
        filters={<><TextFilter name="name" label="Name" />{!buys && <PickerFilter name="centerId" label="Centre" source={centers} />}</>}
        empty={buys ? t('Register a meter of your own, where you want to check what the provider’s say.') : t('Register the first meter of a centre; what it reports is billed.')}
        expand={row => <Keys meterId={row.id} changes={may('provider', 'enterprise')} />}
        columns={[
          { title: 'Name', value: row => row.name, sort: 'name' }, { title: 'Centre', value: row => row.centerId, as: 'name' },
          { title: 'Source of its readings', value: row => row.source, sort: 'source' }, { title: 'Signs', value: row => row.signs, as: 'boolean' },
        ]}
      />
    </PageBody>
  )
}

/** Running legs of which no reading came for too long. */
function Gaps() {
  const t = useT()
  const [status] = useFilter('status')
  return (
    <DataTable
      name="gaps"
      query={{ status }}
      load={page => answer(api.GET('/v1/gaps', { params: { query: { ...page, status } } }))}
      rowKey={row => row.id}
      filters={<ChoiceFilter name="status" label="Status" options={['open', 'closed']} />}
      empty={t('No meter is silent.')}
      columns={[
        { title: 'Centre', value: row => row.centerId, render: row => <Link to={`/centers/${row.centerId}`}><Name id={row.centerId} /></Link> }, { title: 'Leg', value: row => row.legId, as: 'id' },
        { title: 'Silent since', value: row => row.from, as: 'instant', sort: 'from' }, { title: 'Readings again from', value: row => row.to, as: 'instant' }, { title: 'Found', value: row => row.foundAt, as: 'instant', sort: 'foundAt' },
      ]}
    />
  )
}

/** The keys with which a meter signs, the newest first. */
function Keys({ meterId, changes }: { meterId: string; changes: boolean }) {
  const t = useT()
  const format = useFormat()
  const path = { id: meterId }
  return (
    <DataTable
      name="keys"
      of={meterId}
      load={page => answer(api.GET('/v1/meters/{id}/keys', { params: { path, query: page } }))}
      rowKey={row => row.id}
      empty={t('It doesn’t sign. Give it a key, and its batches count as attested.')}
      filters={changes && (
        <ActionButton<{ publicKeyPem: string; previousUntil?: Dayjs }>
          size="small"
          label="Give it the next key"
          fields={<><NoteField name="publicKeyPem" label="Public key (PEM, ECDSA P-256)" required /><HourField name="previousUntil" label="The key before is good until" help="Left empty, it ends now." /></>}
          onSubmit={values => answer(api.POST('/v1/meters/{id}/keys', { params: { path }, body: { publicKeyPem: values.publicKeyPem, previousUntil: values.previousUntil ? instantAt(values.previousUntil, format.timeZone) : null } }))}
        />
      )}
      columns={[
        { title: 'Number', value: row => row.number, as: 'number' }, { title: 'Good', value: row => row.good, as: 'boolean' }, { title: 'Since', value: row => row.createdAt, as: 'instant' },
        { title: 'Until', value: row => row.until, as: 'instant' }, { title: 'Taken back', value: row => row.revokedAt, as: 'instant' },
        { title: 'Actions', value: () => '', hidden: !changes, render: row => row.revokedAt ? null : (
          <ActionButton<{ reason: string }> danger size="small" label="Take the key back" explain="Nothing that it signs is taken from now on." fields={<NoteField name="reason" label="Reason" required />}
            onSubmit={values => answer(api.POST('/v1/meters/{id}/keys/{keyId}/revocations', { params: { path: { id: meterId, keyId: row.id } }, body: values }))} />
        ) },
      ]}
    />
  )
}

/** A buyer's meter is for all that it buys; a provider's hangs in one of its centres. */
function Register({ buys }: { buys: boolean }) {
  return (
    <ActionButton<Schema<'RegisterMeter'>>
      type="primary"
      label="Register a meter"
      explain={buys ? 'It may report on every leg that you bought.' : undefined}
      fields={(
        <>
          {!buys && <PickerField name="centerId" label="Centre" required source={centers} />}
          <TextField name="name" label="Name" required />
          <NoteField name="publicKeyPem" label="Public key (PEM, ECDSA P-256)" help="With it, batches that the meter signs count as attested." />
        </>
      )}
      onSubmit={values => answer(api.POST('/v1/meters', { body: { name: values.name, centerId: values.centerId ?? null, publicKeyPem: values.publicKeyPem || null } }))}
    />
  )
}
