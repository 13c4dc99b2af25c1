import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Flex, Form, Select, Tabs, Typography } from 'antd'
import type { Dayjs } from 'dayjs'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useNavigate, useParams } from 'react-router'
import { answer, api, ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { PageBody, Panel } from '../components/layout'
import { DayTextField, HourField, NumberField, SelectField } from '../components/fields'
import { DecimalField, ProblemForm, TextField } from '../components/ProblemForm'
import { placeErrors, type FieldPath } from '../format/errors'
import { instantAt } from '../format/format'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'
import { messageText } from '../i18n/problems'
import { PickerField } from '../components/Picker'
import { accelerators, parties, provinceOptions } from './lists'
import { withoutEmpty } from './rules'
import { WhatIf } from './WhatIf'

type Rules = Schema<'ProgrammeRules'>
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

function RuleFields() {
  const t = useT()
  const { language } = useFormat()
  const models = useQuery(accelerators)
  const modelOptions = (models.data?.items ?? []).map(item => ({ value: item.model, label: item.model }))
  const places = provinceOptions(language)
  const r = (...path: string[]) => ['rules', ...path]
  const condition = (at: number) => (
    <div className="form-grid">
      <SelectField name={[at, 'when', 'origins']} label="Chips" many options={optionsOf(['domestic', 'imported'], t)} />
      <SelectField name={[at, 'when', 'accelerators']} label="Models" many options={modelOptions} />
      <SelectField name={[at, 'when', 'workloads']} label="Workloads" many options={optionsOf(['training', 'inference', 'other'], t)} />
      <SelectField name={[at, 'when', 'traitsAny']} label="With one of the traits" many="free" options={[]} />
    </div>
  )
  return (
    <Tabs items={[
      tab('money', t('Money'), (
        <>
          <div className="form-grid">
            <SelectField name={r('mode')} label="Mode" options={optionsOf(['deduct', 'reimburse', 'reward'], t)} /><SelectField name={r('payee')} label="Paid to" options={optionsOf(['seller', 'buyer'], t)} />
            <SelectField name={r('base')} label="Share is taken of" options={optionsOf(['actual', 'contract', 'settled'], t)} />
          </div>
          <Rows path={['rules', 'rates']} title={t('Shares, the first that fits counts')} add={t('Add a share')}>{at => <><DecimalField name={[at, 'ratio']} label="Share" placeholder="0.30" />{condition(at)}</>}</Rows>
          <Rows path={['rules', 'tiers']} title={t('Tiers by amount')} add={t('Add a tier')}>{at => <div className="form-grid"><DecimalField name={[at, 'upTo']} label="Up to" unit="¥" /><DecimalField name={[at, 'ratio']} label="Share" /></div>}</Rows>
          <div className="form-grid">
            <DecimalField name={r('caps', 'perVoucher')} label="At most a voucher" unit="¥" /><DecimalField name={r('caps', 'perApplicantYear')} label="At most an applicant and year" unit="¥" />
            <DecimalField name={r('caps', 'perApplicant')} label="At most an applicant" unit="¥" /><DecimalField name={r('caps', 'perOrder')} label="At most an order" unit="¥" />
            <DecimalField name={r('floors', 'perOrder')} label="At least an order" unit="¥" /><DecimalField name={r('floors', 'perVoucher')} label="At least a voucher" unit="¥" />
            <DecimalField name={r('floors', 'spendPerYear')} label="At least spent in a year" unit="¥" /><DecimalField name={r('reward', 'perCardHour')} label="Reward a card-hour" unit="¥" />
            <DecimalField name={r('rounding', 'unit')} label="Rounded down to" unit="¥" placeholder="0.01" />
          </div>
        </>
      )),
      tab('who', t('Who and what'), (
        <div className="form-grid">
          <SelectField name={r('applicant', 'kinds')} label="For" many options={optionsOf(['enterprise', 'provider'], t)} /><SelectField name={r('applicant', 'regions')} label="In regions" many="free" options={places} />
          <SelectField name={r('applicant', 'traitsAny')} label="With one of the traits" many="free" options={[]} /><SelectField name={r('applicant', 'traitsAll')} label="With all of the traits" many="free" options={[]} />
          <SelectField name={r('applicant', 'traitsNone')} label="With none of the traits" many="free" options={[]} /><NumberField name={r('applicant', 'establishedWithinMonths')} label="Established within months" min={1} />
          <SelectField name={r('provider', 'regions')} label="Providers in regions" many="free" options={places} /><NumberField name={r('provider', 'minPflops')} label="Providers with at least PFLOPS" min={0} />
          <SelectField name={r('scope', 'origins')} label="Chips" many options={optionsOf(['domestic', 'imported'], t)} /><SelectField name={r('scope', 'accelerators')} label="Models" many options={modelOptions} />
          <SelectField name={r('scope', 'workloads')} label="Workloads" many options={optionsOf(['training', 'inference', 'other'], t)} /><SelectField name={r('scope', 'products')} label="Products" many options={optionsOf(['reserved', 'metered', 'tokens'], t)} />
        </div>
      )),
      tab('time', t('Time'), (
        <div className="form-grid">
          <NumberField name={r('validity', 'months')} label="Good for months" min={1} /><DayTextField name={r('validity', 'until')} label="Good until" />
          <DayTextField name={r('window', 'usageFrom')} label="Usage from" /><DayTextField name={r('window', 'usageTo')} label="Usage to" /><DayTextField name={r('window', 'orderedFrom')} label="Ordered from" /><DayTextField name={r('window', 'orderedTo')} label="Ordered to" />
          <SelectField name={r('proration')} label="Contracts across the edge count" options={optionsOf(['days'], t)} />
        </div>
      )),
      tab('review', t('Review and risk'), (
        <>
          <div className="form-grid">
            <SelectField name={r('review')} label="Review steps" many options={optionsOf(['check', 'expert'], t)} /><NumberField name={r('publicityDays')} label="Days of public notice" min={0} /><SelectField name={r('publicityCalendar')} label="Counted in" options={optionsOf(['calendar', 'working'], t)} />
            <SelectField name={r('stacking', 'policy')} label="Beside other vouchers" options={optionsOf(['exclusive', 'bestOf', 'stack'], t)} /><TextField name={r('stacking', 'group')} label="Group" /><NumberField name={r('stacking', 'priority')} label="Priority" min={0} />
            <DecimalField name={r('stacking', 'publicMoneyCeiling')} label="Ceiling on all public money" placeholder="0.50" />
            <SelectField name={r('relatedParties')} label="Related parties" options={optionsOf(['forbid', 'allow'], t)} /><SelectField name={r('resale')} label="Resale" options={optionsOf(['forbid', 'release'], t)} />
            <SelectField name={r('unattestedUsage')} label="Usage that isn’t attested" options={optionsOf(['allow', 'refuse'], t)} /><SelectField name={r('corroboration')} label="Plausibility asked for" options={optionsOf(['none', 'energy', 'buyer'], t)} />
            <SelectField name={r('rejectedClaim')} label="A rejected claim falls on" options={optionsOf(['buyer', 'seller'], t)} /><SelectField name={r('funding', 'order')} label="Order of the budget" options={optionsOf(['application', 'contractSigning'], t)} />
          </div>
          <Rows path={['rules', 'funding', 'funders']} title={t('Funders and their shares')} add={t('Add a funder')}>{at => <div className="form-grid"><TextField name={[at, 'name']} label="Name" /><DecimalField name={[at, 'ratio']} label="Share" /></div>}</Rows>
        </>
      )),
    ]} />
  )
}

/** Every tab is drawn, so that an error finds its field on whichever it stands. */
const tab = (key: string, label: string, children: ReactNode) => ({ key, label, children, forceRender: true })

function Rows({ path, title, add, children }: { path: FieldPath; title: string; add: string; children: (at: number) => ReactNode }) {
  const t = useT()
  return (
    <Form.List name={path}>{(fields, operations) => (
      <>
        <Typography.Paragraph strong>{title}</Typography.Paragraph>
        {fields.map(({ key, name }) => (
          <Flex key={key} gap="small" align="start">
            <div style={{ flex: 1, minWidth: 0 }}>{children(name)}</div>
            <Button icon={<DeleteOutlined />} aria-label={t('Remove')} onClick={() => operations.remove(name)} style={{ marginTop: 30 }} />
          </Flex>
        ))}
        <Form.Item><Button icon={<PlusOutlined />} onClick={() => operations.add({})}>{add}</Button></Form.Item>
      </>
    )}</Form.List>
  )
}
