import { answer, api, type Schema } from '../api/client'
import { useMay } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { Details } from '../components/Details'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { SelectField } from '../components/fields'
import { PickerFilter } from '../components/Picker'
import { Subject } from '../components/Subject'
import { NoteField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'
import { flagCodes, wordsOf } from '../i18n/words'
import { parties } from './lists'

export default function Flags() {
  const t = useT()
  const may = useMay()
  const [status] = useFilter('status')
  const [code] = useFilter('code')
  const [organizationId] = useFilter('organizationId')
  return (
    <PageBody title={t('Flags')} subtitle={t('What may be fraud. A decision changes nothing else by itself.')}>
      <DataTable
        name="flags"
        query={{ status, code, organizationId }}
        load={page => answer(api.GET('/v1/audit/flags', { params: { query: { ...page, status, code, organizationId } } }))}
        rowKey={row => row.id}
        filters={(
          <>
            <ChoiceFilter name="status" label="Status" options={['open', 'dismissed', 'confirmed']} />
            <ChoiceFilter name="code" label="Rule" texts={Object.keys(flagCodes).map(value => ({ value, label: wordsOf(flagCodes, value, t) }))} />
            <PickerFilter name="organizationId" label="Organization" source={parties()} />
          </>
        )}
        empty={t('Nothing is suspicious. The jobs look every month.')}
        expand={row => <Details value={row.detail} />}
        columns={[
          { title: 'Rule', value: row => row.code, render: row => <div className="words">{wordsOf(flagCodes, row.code, t)}</div> }, { title: 'Status', value: row => row.status, as: 'status' }, { title: 'Organization', value: row => row.organizationId, as: 'name' },
          { title: 'Subject', value: row => `${row.subject.type} ${row.subject.id}`, render: row => <Subject type={row.subject.type} id={row.subject.id} /> }, { title: 'Raised', value: row => row.at, as: 'instant', sort: 'at' }, { title: 'Note', value: row => row.note, as: 'note' },
          { title: 'Actions', value: () => '', hidden: !may('admin'), render: row => row.status === 'open' ? (
            <ActionButton<{ decision: Schema<'FlagVerdict'>; note: string }> size="small" label="Decide" fields={<><SelectField name="decision" label="Decision" required options={optionsOf(['dismiss', 'confirm'], t)} /><NoteField name="note" label="Note" required /></>}
              onSubmit={values => answer(api.POST('/v1/audit/flags/{id}/decisions', { params: { path: { id: row.id } }, body: values }))} />
          ) : null },
        ]}
      />
    </PageBody>
  )
}
