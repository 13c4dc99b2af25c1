import { useQuery } from '@tanstack/react-query'
import { Alert, Steps, Timeline, Typography } from 'antd'
import dayjs from 'dayjs'
import { useParams } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { Facts, Loaded, PageBody, Panel } from '../components/layout'
import { SelectField } from '../components/fields'
import { DecimalField, NoteField } from '../components/ProblemForm'
import { useT, type Text } from '../i18n/i18n'
import { labelOf, optionsOf } from '../i18n/labels'
import { refusals, wordsOf } from '../i18n/words'
import { applicationBody, ApplicationFields, type ApplicationValues } from './ApplyButton'
import { progressOf, type Stage } from './progress'

type Application = Schema<'ApplicationAnswer'>

const stageTexts: Record<Stage, Text> = { draft: 'Draft', check: 'First check', expert: 'Expert review', publicity: 'On public notice', approved: 'Approved' }

export default function ApplicationPage() {
  const t = useT()
  const { id = '' } = useParams()
  const application = useQuery<Application, ApiProblem>({ queryKey: ['application', id], queryFn: () => answer(api.GET('/v1/applications/{id}', { params: { path: { id } } })) })
  return (
    <PageBody title={`${t('Application')} ${id.slice(-8)}`} of={{ title: 'Applications', path: '/applications' }} actions={application.data && <Actions application={application.data} />}>
      <Loaded query={application}>{found => <Details application={found} />}</Loaded>
    </PageBody>
  )
}

function Actions({ application }: { application: Application }) {
  const t = useT()
  const { session } = useSession()
  const path = { id: application.id }
  const mine = session.organization.id === application.organizationId
  const changes = mine && (application.status === 'draft' || application.status === 'returned')
  const decides = (session.role === 'authority' || session.role === 'admin') && (application.status === 'submitted' || application.status === 'objected')
  return (
    <>
      {changes && (
        <ActionButton<ApplicationValues>
          label="Change"
          width={680}
          initialValues={{
            amount: application.amount, contractNumber: application.contractNumber, contractSignedOn: application.contractSignedOn ? dayjs(application.contractSignedOn) : undefined,
            documents: application.documents, declarations: application.declarations, publicMoneyFromOutside: application.publicMoneyFromOutside,
          }}
          fields={<ApplicationFields />}
          onSubmit={values => answer(api.PUT('/v1/applications/{id}', { params: { path }, body: applicationBody(values) }))}
        />
      )}
      {changes && <ActionButton type="primary" label="Submit" explain="The application goes to the authority and can’t be changed meanwhile." onSubmit={() => answer(api.POST('/v1/applications/{id}/submission', { params: { path } }))} />}
      {decides && (
        <ActionButton<{ decision: Schema<'ApplicationVerdict'>; amount?: string; note?: string }>
          type="primary"
          label="Decide"
          initialValues={{ decision: 'pass' }}
          fields={<><SelectField name="decision" label="Decision" required options={optionsOf(['pass', 'return', 'reject'], t)} /><DecimalField name="amount" label="Amount granted" help="Where it is less than was applied for." unit="¥" /><NoteField name="note" label="Note" help="The applicant reads it." /></>}
          onSubmit={values => answer(api.POST('/v1/applications/{id}/decisions', { params: { path }, body: { step: application.step, decision: values.decision, amount: values.amount || null, note: values.note || null } }))}
        />
      )}
    </>
  )
}

function Details({ application }: { application: Application }) {
  const t = useT()
  const format = useFormat()
  const { stages, current, failed } = progressOf(application)
  return (
    <>
      <Panel title="Progress">
        <Steps responsive size="small" current={current} status={failed ? 'error' : undefined} items={stages.map(stage => ({ title: t(stageTexts[stage]) }))} />
      </Panel>
      {application.status === 'returned' && <Alert type="warning" showIcon title={t('The authority asks for more: read its note, change the application and submit it again.')} />}
      {application.publicity && <Alert type="info" showIcon title={t('On public notice until {{day}}', { day: format.day(application.publicity.until) })} />}
      <Panel>
        <Facts facts={[
          { title: 'Status', raw: application.status, as: 'status' }, { title: 'Programme', raw: application.programme, as: 'programme' }, { title: 'Applicant', raw: application.organizationId, as: 'name' },
          { title: 'Amount', raw: application.amount, as: 'money' }, { title: 'Granted', raw: application.granted, as: 'money' }, { title: 'Submitted', raw: application.submittedAt, as: 'instant' },
          { title: 'Contract number', raw: application.contractNumber }, { title: 'Contract signed on', raw: application.contractSignedOn, as: 'day' }, { title: 'Rejected for', raw: application.rejectedFor && wordsOf(refusals, application.rejectedFor, t) },
        ]} />
        {application.documents.map(document => <Typography.Paragraph key={document.sha256}>{document.kind}: <a href={document.uri} rel="noreferrer">{document.uri}</a><br /><code>{document.sha256}</code></Typography.Paragraph>)}
        {application.publicMoneyFromOutside.map(money => <Typography.Paragraph key={money.source}>{t('Public money from elsewhere')}: {money.source}, {format.money(money.amount)}</Typography.Paragraph>)}
      </Panel>
      {application.decisions.length + application.objections.length > 0 && (
        <Panel title="What was decided">
          <Timeline items={[
            ...application.decisions.map(decision => ({ content: <>{format.instant(decision.at)} · {decision.step ? labelOf(decision.step, t) : t('Objections')}: <strong>{labelOf(decision.decision, t)}</strong> {decision.amount && format.money(decision.amount)} {decision.note}</> })),
            ...application.objections.map(objection => ({ color: 'red', content: <>{format.instant(objection.at)} · {t('Objection')}: {objection.reason}</> })),
          ]} />
        </Panel>
      )}
    </>
  )
}
