import { Descriptions } from 'antd'
import type { ReactNode } from 'react'
import { useT, type Text } from '../i18n/i18n'
import { Subject } from './Subject'
import { Value, type Kind, type Raw } from './value'

/** The fields of what the API tells in a shape of its own, such as what a flag rests on: what each is called, and how it is written. */
const fields: Record<string, [title: Text, as?: Kind]> = {
  number: ['Number'], sellerId: ['Seller', 'name'], sellers: ['Seller', 'name'], dueOn: ['Due', 'day'], outstanding: ['Outstanding', 'money'], available: ['Available', 'money'], lowBalance: ['When less than this is available', 'money'],
  period: ['Month', 'month'], ordered: ['Ordered', 'money'], monthlyBudget: ['When more than this is spent in a month', 'money'],
  amount: ['Amount', 'money'], limit: ['Credit limit', 'money'], reference: ['Bank reference'], reason: ['Reason'], note: ['Note'], lines: ['Lines'], lineId: ['Line', 'id'], part: ['Share', 'label'], id: ['Subject', 'id'],
  organizationId: ['Organization', 'name'], order: ['Order', 'id'], holders: ['Holders', 'name'], related: ['Related parties', 'boolean'], programme: ['Programme', 'programme'], face: ['Face', 'money'], over: ['Rule'], issued: ['Issued', 'money'],
  others: ['Others', 'id'], vouchers: ['Vouchers', 'id'], contractNumber: ['Contract number'], monthly: ['A month before', 'money'], multiple: ['Multiple', 'number'], before: ['Card-hours before', 'hours'], after: ['Card-hours after', 'hours'],
  days: ['Days', 'day'], groups: ['Cards with the same curve', 'number'], cards: ['Cards', 'number'], redeemed: ['Redeemed', 'money'], unattested: ['Not attested', 'money'], checked: ['Looked at', 'number'], violations: ['Violations'],
}

type Tree = Raw | Tree[] | { [name: string]: Tree }

/** Whatever the API tells of something: what is known by name in the reader's words, the rest as it stands. */
export function Details({ value }: { value: unknown }) {
  const t = useT()
  return (
    <Descriptions
      size="small"
      column={1}
      items={Object.entries(value as { [name: string]: Tree }).map(([name, member]) => ({ key: name, label: fields[name] ? t(fields[name][0]) : name, children: name === 'order' && typeof member === 'string' ? <Subject type="order" id={member} /> : <Member value={member} kind={fields[name]?.[1]} /> }))}
    />
  )
}

function Member({ value, kind }: { value: Tree; kind?: Kind }): ReactNode {
  if (Array.isArray(value)) {
    return value.length === 0 ? '–' : <div className="listed">{value.map((item, at) => <Member key={at} value={item} kind={kind} />)}</div>
  }
  return typeof value === 'object' && value !== null ? <Details value={value} /> : <div><Value raw={value} kind={kind} /></div>
}
