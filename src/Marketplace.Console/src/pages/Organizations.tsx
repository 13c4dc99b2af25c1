import type { Dayjs } from 'dayjs'
import { Link, useNavigate } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useMay } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { ChoiceFilter, TextFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { DayField, dayText, SelectField } from '../components/fields'
import { TextField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'
import { traits, wordsOf } from '../i18n/words'
import { provinceOf } from './lists'

export default function Organizations() {
  const t = useT()
  const format = useFormat()
  const may = useMay()
  const [kind] = useFilter('kind')
  const [name] = useFilter('name')
  const [creditCode] = useFilter('creditCode')
  return (
    <PageBody title={t('Organizations')} actions={may('admin') && <Register />}>
      <DataTable
        name="organizations"
        query={{ kind, name, creditCode }}
        load={page => answer(api.GET('/v1/organizations', { params: { query: { ...page, kind, name, creditCode } } }))}
        rowKey={row => row.id}
        filters={<><ChoiceFilter name="kind" label="Kind" options={['provider', 'enterprise', 'authority', 'platform'] satisfies Schema<'OrganizationKind'>[]} /><TextFilter name="name" label="Name" /><TextFilter name="creditCode" label="Credit code" /></>}
        empty={t('Register the first party of the market.')}
        columns={[
          { title: 'Name', value: row => row.name, render: row => <Link to={`/organizations/${row.id}`}>{row.name}</Link>, sort: 'name' }, { title: 'Kind', value: row => row.kind, as: 'label' }, { title: 'Credit code', value: row => row.creditCode },
          { title: 'Region', value: row => row.regionCode, render: row => `${provinceOf(row.regionCode, format.language)} (${row.regionCode})` }, { title: 'Established on', value: row => row.establishedOn, as: 'day', sort: 'establishedOn' },
          { title: 'Traits', value: row => row.traits.join(', '), render: row => <div className="words">{row.traits.map(trait => wordsOf(traits, trait, t)).join('; ')}</div> }, { title: 'Registered', value: row => row.createdAt, as: 'instant', sort: 'createdAt', spare: true },
        ]}
      />
    </PageBody>
  )
}

type Values = Omit<Schema<'RegisterOrganization'>, 'establishedOn'> & { establishedOn?: Dayjs }

function Register() {
  const t = useT()
  const navigate = useNavigate()
  return (
    <ActionButton<Values>
      type="primary"
      label="Register an organization"
      initialValues={{ kind: 'enterprise', taxpayer: 'general' }}
      fields={(
        <>
          <TextField name="name" label="Name" required />
          <div className="form-grid">
            <SelectField name="kind" label="Kind" required options={optionsOf(['provider', 'enterprise', 'authority'], t)} />
            <SelectField name="taxpayer" label="Taxpayer" options={optionsOf(['general', 'small'], t)} />
            <TextField name="creditCode" label="Credit code" help="18 characters, the last a check digit." required />
            <TextField name="regionCode" label="Region" help="Six digits of GB/T 2260, such as 330109." required />
            <DayField name="establishedOn" label="Established on" />
          </div>
          <SelectField name="traits" label="Traits" help="Such as sme or tech-sme; programmes ask for them." many="free" options={[]} />
          <SelectField name="controllers" label="Controllers" help="Credit codes; who shares one is related." many="free" options={[]} />
        </>
      )}
      onSubmit={async values => navigate(`/organizations/${(await answer(api.POST('/v1/organizations', { body: { ...values, establishedOn: dayText(values.establishedOn), traits: values.traits ?? [], controllers: values.controllers ?? [], taxpayer: values.taxpayer ?? null } }))).id}`)}
    />
  )
}
