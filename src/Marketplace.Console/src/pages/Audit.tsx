import { Tabs } from 'antd'
import { answer, api } from '../api/client'
import { useSession } from '../app/session'
import { DataTable } from '../components/DataTable'
import { DayFilter, useDayInstants } from '../components/dayFilters'
import { ChoiceFilter, TextFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { PickerFilter } from '../components/Picker'
import { Subject } from '../components/Subject'
import { Value } from '../components/value'
import { useT, type Text } from '../i18n/i18n'
import { actions, subjects, wordsOf } from '../i18n/words'
import { parties } from './lists'

export default function Audit() {
  const t = useT()
  const { session } = useSession()
  const [tab, setTab] = useFilter('tab', 'entries')
  const overseer = session.role === 'admin' || session.role === 'auditor'
  return (
    <PageBody title={t('Audit trail')} subtitle={t('Who did what, the newest first. Entries are sealed in batches, so that a change is found.')}>
      <Tabs activeKey={tab} onChange={setTab} items={[{ key: 'entries', label: t('Entries'), children: <Entries /> }, ...(overseer ? [{ key: 'seals', label: t('Seals'), children: <Seals /> }] : [])]} />
    </PageBody>
  )
}

function Entries() {
  const t = useT()
  const { session } = useSession()
  const [action] = useFilter('action')
  const [subjectType] = useFilter('subjectType')
  const [subjectId] = useFilter('subjectId')
  const [from] = useFilter('from')
  const [to] = useFilter('to')
  const [organizationId] = useFilter('organizationId')
  const { start, end } = useDayInstants()
  const choices = (words: Record<string, Text>) => Object.keys(words).map(value => ({ value, label: wordsOf(words, value, t) })).sort((a, b) => a.label.localeCompare(b.label))
  const actor = (name: string) => name.startsWith('job:') ? `${t('Job')} ${name.slice('job:'.length)}` : <Value raw={name} kind={/^[0-9a-f]{32}$/.test(name) ? 'id' : 'text'} />
  return (
    <DataTable
      name="audit-entries"
      query={{ action, subjectType, subjectId, organizationId, from, to }}
      load={page => answer(api.GET('/v1/audit/entries', { params: { query: { ...page, action, subjectType, subjectId, organizationId, from: start(from), to: end(to) } } }))}
      rowKey={row => row.id}
      filters={<><ChoiceFilter name="action" label="Action" texts={choices(actions)} /><ChoiceFilter name="subjectType" label="Kind of subject" texts={choices(subjects)} /><TextFilter name="subjectId" label="Subject" />{(session.role === 'admin' || session.role === 'auditor') && <PickerFilter name="organizationId" label="Organization" source={parties()} />}<DayFilter name="from" label="From" /><DayFilter name="to" label="To" /></>}
      empty={t('Nothing was recorded yet.')}
      expand={row => <pre className="contract">{JSON.stringify(row.details, null, 2)}</pre>}
      columns={[
        { title: 'Time', value: row => row.at, as: 'instant', sort: 'at' }, { title: 'Who', value: row => row.actor, render: row => actor(row.actor) }, { title: 'Action', value: row => row.action, render: row => <div className="words">{wordsOf(actions, row.action, t)}</div> },
        { title: 'Subject', value: row => `${row.subjectType} ${row.subjectId}`, render: row => <Subject type={row.subjectType} id={row.subjectId} /> }, { title: 'Organization', value: row => row.organizationId, as: 'name' }, { title: 'Seal', value: row => row.seal, as: 'number' },
      ]}
    />
  )
}

function Seals() {
  const t = useT()
  return (
    <DataTable
      name="audit-seals"
      load={page => answer(api.GET('/v1/audit/seals', { params: { query: page } }))}
      rowKey={row => String(row.number)}
      empty={t('Nothing was sealed yet.')}
      columns={[{ title: 'Seal', value: row => row.number, as: 'number' }, { title: 'Time', value: row => row.at, as: 'instant' }, { title: 'Entries', value: row => row.entries, as: 'number' }, { title: 'Digest', value: row => row.digest, render: row => <div className="digest">{row.digest}</div> }, { title: 'Digest before', value: row => row.previousDigest, render: row => <div className="digest">{row.previousDigest || '–'}</div> }]}
    />
  )
}
