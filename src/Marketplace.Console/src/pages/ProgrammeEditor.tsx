import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Form, Select, Tabs } from 'antd'
import type { Dayjs } from 'dayjs'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useNavigate, useParams } from 'react-router'
import { answer, api, ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { PageBody, Panel } from '../components/layout'
import { FieldRows } from '../components/FieldRows'
import { HourField } from '../components/fields'
import { PickerField } from '../components/Picker'
import { DecimalField, ProblemForm, TextField } from '../components/ProblemForm'
import { placeErrors, type FieldPath } from '../format/errors'
import { instantAt } from '../format/format'
import { useT } from '../i18n/i18n'
import { messageText } from '../i18n/problems'
import { parties } from './lists'
import { conditionFields, ruleFields, type Rules, type RuleTab } from './ruleFields'
import { RuleInput } from './RuleInput'
import { withoutEmpty } from './rules'
import { WhatIf } from './WhatIf'

type Values = { code: string; name: string; authorityId?: string; budget?: string; rules: Rules; from?: Dayjs }

/** How long after the last change the API is asked whether the rules hold together, in milliseconds. */
const pause = 500

/** Rules in a form, from a template or from the version in force; the API says as they are typed what doesn't hold together. */
export default function ProgrammeEditor() {
  const t = useT()
  const { code } = useParams()
  const { session } = useSession()
  const format = useFormat()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { open, check } = useRuleCheck(form)
  const current = useQuery({ queryKey: ['programme', code], enabled: !!code, queryFn: () => answer(api.GET('/v1/programmes/{code}', { params: { path: { code: code! } } })) })

  useEffect(() => {
    if (current.data) {
      form.setFieldsValue({ rules: current.data.rules as never })
      check()
    }
  }, [current.data, form, check])

  async function save() {
    const values = form.getFieldsValue(true) as Values
    const rules = withoutEmpty(values.rules) ?? {}
    const saved = code
      ? await answer(api.POST('/v1/programmes/{code}/versions', { params: { path: { code } }, body: { rules, from: values.from ? instantAt(values.from.startOf('hour'), format.timeZone) : null } }))
      : await answer(api.POST('/v1/programmes', { body: { code: values.code, name: values.name, authorityId: session.role === 'authority' ? session.organization.id : values.authorityId ?? null, budget: values.budget ?? null, budgets: null, rules } }))
    await queries.invalidateQueries()
    void message.success(t('Saved.'))
    await navigate(`/programmes/${saved.code}`)
  }

  return (
    <PageBody title={code ? t('Change the rules') : t('Set up a programme')} of={{ title: 'Programmes', path: '/programmes' }} subtitle={code ? t('A new version; orders keep the version that was in force when they were placed.') : undefined}>
      <div className="split">
        <Panel>
          <ProblemForm<Values> form={form} submit={code ? 'Put the version in force' : 'Set up the programme'} onSubmit={save} onValuesChange={check} initialValues={code ? { from: format.clock().add(1, 'hour').startOf('hour') } : { rules: starting }}>
            {!code && <Templates onChosen={rules => { form.setFieldsValue({ rules: rules as never }); check() }} />}
            {code
              ? <HourField name="from" label="In force from" required />
              : (
                  <div className="form-grid">
                    <TextField name="code" label="Code" help="Small letters, digits and hyphens." required /><TextField name="name" label="Name" required /><DecimalField name="budget" label="Budget" unit="¥" required />
                    {session.role === 'admin' && <PickerField name="authorityId" label="Authority" required source={parties('authority')} />}
                  </div>
                )}
            <RuleFields />
            {open.length > 0 && <div className="form-problem"><Alert type="warning" showIcon title={t('Not yet complete:')} description={<ul>{open.map(item => <li key={item}>{item}</li>)}</ul>} /></div>}
          </ProblemForm>
        </Panel>
        <WhatIf values={() => { const values = form.getFieldsValue(true) as Values; return { rules: withoutEmpty(values.rules) ?? {}, budget: current.data?.budget ?? values.budget } }} />
      </div>
    </PageBody>
  )
}

const starting: Rules = { mode: 'deduct', payee: 'seller', applicant: { kinds: ['enterprise'] }, rates: [{ ratio: '0.20' }], validity: { months: 12 }, stacking: { policy: 'stack' }, relatedParties: 'forbid', resale: 'forbid' }

/**
 * Holds the rules against the API's own checks while they are typed: a simulation over no orders answers what is wrong with
 * them, each error at its field.
 */
function useRuleCheck(form: ReturnType<typeof Form.useForm<Values>>[0]) {
  const t = useT()
  const format = useFormat()
  const [open, setOpen] = useState<string[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const run = useRef(async () => {})
  run.current = async () => {
    const now = new Date(format.now()).toISOString()
    const problem = await answer(api.POST('/v1/programmes/simulations', {
      body: { rules: withoutEmpty((form.getFieldsValue(true) as Values).rules) ?? {}, from: now, to: new Date(Date.parse(now) + 1000).toISOString(), budget: null },
    })).then(() => null, (error: unknown) => error instanceof ApiProblem ? error : null)
    const fields = form.getFieldsError().map(field => field.name as FieldPath)
    const { placed, rest } = placeErrors(problem?.errors ?? {}, fields)
    form.setFields([
      ...fields.filter(name => name[0] === 'rules').map(name => ({ name: name as never, errors: [] as string[] })),
      ...placed.map(field => ({ name: field.name as never, errors: field.errors.map(text => messageText(text, t)) })),
    ])
    setOpen(rest.map(field => `${field} ${problem!.errors[field]!.map(text => messageText(text, t)).join(', ')}`))
  }
  const check = useRef(() => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void run.current(), pause)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  return { open, check: check.current }
}

function Templates({ onChosen }: { onChosen: (rules: Rules) => void }) {
  const t = useT()
  const templates = useQuery({ queryKey: ['templates'], queryFn: () => answer(api.GET('/v1/programme-templates')), staleTime: Infinity })
  const [chosen, setChosen] = useState<Schema<'ProgrammeTemplate'>>()
  return (
    <Form.Item label={t('Start from a real programme')} htmlFor="template" extra={chosen && <>{chosen.notes.join(' ')} {chosen.source.url && <a href={chosen.source.url} target="_blank" rel="noreferrer">{t('Source')}</a>}</>}>
      <Select
        id="template"
        placeholder={t('Templates')}
        showSearch={{ optionFilterProp: 'label' }}
        options={(templates.data?.items ?? []).map(item => ({ value: item.code, label: `${item.name} · ${item.authority}` }))}
        onChange={(code: string) => {
          const template = templates.data!.items.find(item => item.code === code)!
          setChosen(template)
          onChosen(template.rules)
        }}
      />
    </Form.Item>
  )
}

/** Every rule there is, on the tab where one looks for it. */
function RuleFields() {
  const t = useT()
  const on = (tab: RuleTab) => (
    <div className="form-grid">
      {Object.entries(ruleFields).filter(([, field]) => field.tab === tab).map(([path, field]) => <RuleInput key={path} name={['rules', ...path.split('.')]} field={field} />)}
    </div>
  )
  return (
    <Tabs items={[
      tab('money', t('Money'), (
        <>
          {on('basis')}
          <FieldRows path={['rules', 'rates']} title={t('Shares, the first that fits counts')} add={t('Add a share')}>{at => (
            <div className="form-grid">
              <DecimalField name={[at, 'ratio']} label="Share" placeholder="0.30" />
              {Object.entries(conditionFields).map(([name, field]) => <RuleInput key={name} name={[at, 'when', name]} field={field} />)}
            </div>
          )}</FieldRows>
          <FieldRows path={['rules', 'tiers']} title={t('Tiers by amount')} add={t('Add a tier')}>{at => <div className="form-grid"><DecimalField name={[at, 'upTo']} label="Up to" unit="¥" /><DecimalField name={[at, 'ratio']} label="Share" /></div>}</FieldRows>
          {on('money')}
        </>
      )),
      tab('who', t('Who and what'), on('who')),
      tab('time', t('Time'), on('time')),
      tab('review', t('Review and risk'), (
        <>
          {on('review')}
          <FieldRows path={['rules', 'funding', 'funders']} title={t('Funders and their shares')} add={t('Add a funder')}>{at => <div className="form-grid"><TextField name={[at, 'name']} label="Name" /><DecimalField name={[at, 'ratio']} label="Share" /></div>}</FieldRows>
        </>
      )),
    ]} />
  )
}

/** Every tab is drawn, so that an error finds its field on whichever it stands. */
const tab = (key: string, label: string, children: ReactNode) => ({ key, label, children, forceRender: true })
