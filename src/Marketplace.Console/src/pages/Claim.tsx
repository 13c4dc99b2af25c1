import { useQuery } from '@tanstack/react-query'
import { Checkbox, Input } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { Facts, Figures, Loaded, PageBody, Panel } from '../components/layout'
import { TextField } from '../components/ProblemForm'
import { Value } from '../components/value'
import { useT } from '../i18n/i18n'
import { Table } from '../components/Table'

type Claim = Schema<'ClaimAnswer'>
type Rejections = Record<string, { reason: string; restore: boolean }>

export default function ClaimPage() {
  const t = useT()
  const { id = '' } = useParams()
  const { session } = useSession()
  const claim = useQuery<Claim, ApiProblem>({ queryKey: ['claim', id], queryFn: () => answer(api.GET('/v1/claims/{id}', { params: { path: { id } } })) })
  const [rejections, setRejections] = useState<Rejections>({})
  const decides = (session.role === 'authority' || session.role === 'admin') && claim.data?.status === 'submitted'
  const rejected = Object.entries(rejections)
  return (
    <PageBody
      title={`${t('Claim')} ${id.slice(-8)}`}
      of={{ title: 'Claims', path: '/claims' }}
      actions={(
        <>
          {decides && (
            <ActionButton type="primary" label="Decide the claim" explain="Every item is approved but those marked as rejected below."
              fields={<p>{t('{{count}} items are rejected.', { count: rejected.length })}</p>}
              onSubmit={() => answer(api.POST('/v1/claims/{id}/decisions', { params: { path: { id } }, body: { reject: rejected.map(([itemId, { reason, restore }]) => ({ itemId, reason, restore })) } }))} />
          )}
          {session.role === 'admin' && claim.data?.status === 'decided' && (
            <ActionButton<{ reference: string }> type="primary" label="Record the payment" fields={<TextField name="reference" label="Bank reference" required />}
              onSubmit={values => answer(api.POST('/v1/claims/{id}/payments', { params: { path: { id } }, body: values }))} />
          )}
        </>
      )}
    >
      <Loaded query={claim}>{found => (
        <>
          <Figures figures={[{ title: 'Total', raw: found.total, as: 'money' }, { title: 'Approved', raw: found.approved, as: 'money' }, { title: 'Status', raw: found.status, as: 'status' }]} />
          <Panel><Facts facts={[{ title: 'Programme', raw: found.programme, as: 'programme' }, { title: 'Payee', raw: found.payeeId, as: 'name' }, { title: 'Up to', raw: found.upTo, as: 'day' }, { title: 'Submitted', raw: found.submittedAt, as: 'instant' }, { title: 'Bank reference', raw: found.paymentReference }]} /></Panel>
          <Items claim={found} decides={decides} rejections={rejections} setRejections={setRejections} />
        </>
      )}</Loaded>
    </PageBody>
  )
}

function Items({ claim, decides, rejections, setRejections }: { claim: Claim; decides: boolean; rejections: Rejections; setRejections: (next: Rejections) => void }) {
  const t = useT()
  const format = useFormat()
  function reject(itemId: string, change: Partial<Rejections[string]> | null) {
    const { [itemId]: before, ...others } = rejections
    setRejections(change ? { ...others, [itemId]: { reason: '', restore: false, ...before, ...change } } : others)
  }
  return (
    <Panel title="Items and their evidence">
      <Table
        size="middle"
        rowKey="id"
        dataSource={claim.items}
        pagination={claim.items.length > 50 ? { pageSize: 50 } : false}
        scroll={{ x: 'max-content' }}
        columns={[
          { title: t('Evidence'), render: (_, item) => <Link to={`/invoices/${item.invoiceId}`}>{t('Invoice, contract and readings')}</Link> },
          { title: t('Line'), render: (_, item) => item.lineId.slice(-8) },
          { title: t('Voucher'), render: (_, item) => item.voucherId.slice(-8) },
          { title: t('Amount'), align: 'end', render: (_, item) => format.money(item.amount) },
          { title: t('Status'), render: (_, item) => <Value raw={item.status} kind="status" /> },
          { title: t('Reason'), render: (_, item) => item.reason },
          ...(decides ? [{
            title: t('Reject'),
            render: (_: unknown, item: Claim['items'][number]) => {
              const rejection = rejections[item.id]
              return (
                <>
                  <Checkbox checked={!!rejection} onChange={event => reject(item.id, event.target.checked ? {} : null)}>{t('Reject')}</Checkbox>
                  {rejection && <Input size="small" placeholder={t('Reason')} aria-label={t('Reason')} value={rejection.reason} onChange={event => reject(item.id, { reason: event.target.value })} />}
                  {rejection && <Checkbox checked={rejection.restore} onChange={event => reject(item.id, { restore: event.target.checked })}>{t('Give back to the voucher')}</Checkbox>}
                </>
              )
            },
          }] : []),
        ]}
      />
    </Panel>
  )
}
