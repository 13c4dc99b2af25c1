import { Flex, Typography } from 'antd'
import { answer, api, type Schema } from '../api/client'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { SelectField } from '../components/fields'
import { ChoiceFilter, useFilter } from '../components/filters'
import { PageBody, Panel } from '../components/layout'
import { TextField } from '../components/ProblemForm'
import { useTold } from '../components/told'
import { Value } from '../components/value'
import { useT } from '../i18n/i18n'
import { events, wordsOf } from '../i18n/words'

type Webhook = Schema<'WebhookAnswer'>

type Event = Webhook['events'][number]

const all = Object.keys(events).length

export default function Webhooks() {
  const t = useT()
  const { session } = useSession()
  const changes = session.role !== 'auditor'
  return (
    <PageBody title={t('Webhooks')} subtitle={t('A program of yours is told of what happens, signed, at an address of yours.')} actions={changes && <Add />}>
      <Panel title="Addresses">
        <DataTable
          name="webhooks"
          load={page => answer(api.GET('/v1/webhooks', { params: { query: page } }))}
          rowKey={row => row.id}
          empty={t('Add the address of a program that is to be told of orders, invoices and the like.')}
          columns={[
            { title: 'Address', value: row => row.url },
            { title: 'Told of', value: row => row.events.join(', '), render: row => <div className="words">{row.events.length === all ? t('Everything') : row.events.map(event => t(events[event])).join(', ')}</div> },
            { title: 'Added', value: row => row.createdAt, as: 'instant' },
            { title: 'Ended by its receiver', value: row => row.disabledAt, as: 'instant' },
            { title: 'Actions', value: () => '', hidden: !changes, render: row => <Flex gap="small" wrap><Rotate webhook={row} /><Remove webhook={row} /></Flex> },
          ]}
        />
      </Panel>
      <Panel title="Messages of the last days"><Deliveries changes={changes} /></Panel>
    </PageBody>
  )
}

function Add() {
  const t = useT()
  const told = useTold()
  return (
    <ActionButton<{ url: string; events?: Event[] }>
      type="primary"
      label="Add a webhook"
      explain="Its secret, with which messages are signed, is told once."
      fields={(
        <>
          <TextField name="url" label="Address" placeholder="https://" required />
          <SelectField name="events" label="Events" help="None chosen means all of them." many options={Object.entries(events).map(([value, text]) => ({ value, label: `${t(text)} (${value})` }))} />
        </>
      )}
      onSubmit={async values => {
        const made = await answer(api.POST('/v1/webhooks', { body: { url: values.url, events: values.events?.length ? values.events : null } }))
        told(made.url, made.secret!)
      }}
    />
  )
}

function Rotate({ webhook }: { webhook: Webhook }) {
  const told = useTold()
  return (
    <ActionButton
      size="small"
      label="New secret"
      explain="The secret before it signs as well for a day, so that no message is lost meanwhile."
      onSubmit={async () => told(webhook.url, (await answer(api.POST('/v1/webhooks/{id}/rotations', { params: { path: { id: webhook.id } } }))).secret!)}
    />
  )
}

function Remove({ webhook }: { webhook: Webhook }) {
  return <ActionButton danger size="small" label="Remove" explain="What was still to be sent to it is not sent any more." onSubmit={() => answer(api.DELETE('/v1/webhooks/{id}', { params: { path: { id: webhook.id } } }))} />
}

function Deliveries({ changes }: { changes: boolean }) {
  const t = useT()
  const [status] = useFilter('status')
  return (
    <DataTable
      name="webhook-deliveries"
      query={{ status }}
      load={page => answer(api.GET('/v1/webhook-deliveries', { params: { query: { ...page, status } } }))}
      rowKey={row => row.id}
      refresh={30_000}
      filters={<ChoiceFilter name="status" label="Status" options={['pending', 'delivered', 'dead']} />}
      empty={t('Nothing was sent yet. Messages appear here as things happen.')}
      expand={row => <><pre className="contract">{row.body}</pre>{row.lastAnswer && <Typography.Paragraph type="secondary">{t('Last answer')}: {row.lastAnswer}</Typography.Paragraph>}</>}
      columns={[
        { title: 'Time', value: row => row.createdAt, as: 'instant', sort: 'createdAt' },
        { title: 'Event', value: row => row.type, render: row => wordsOf(events, row.type, t), sort: 'type' },
        { title: 'Status', value: row => row.status, render: row => <Value raw={row.status} kind="status" /> },
        { title: 'Attempts', value: row => row.attempts, as: 'number' },
        { title: 'Last answer', value: row => row.lastAnswer },
        { title: 'Next attempt', value: row => row.nextAt, as: 'instant' },
        { title: 'Actions', value: () => '', hidden: !changes, render: row => (
          <ActionButton size="small" label="Send again" explain="The same message goes out once more, under the same id." onSubmit={() => answer(api.POST('/v1/webhook-deliveries/{id}/resends', { params: { path: { id: row.id } } }))} />
        ) },
      ]}
    />
  )
}
