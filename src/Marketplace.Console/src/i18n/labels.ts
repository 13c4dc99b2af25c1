import type { Schema } from '../api/client'
import type { Text, Translate } from './i18n'

type Names<Name extends Parameters<typeof pick>[0]> = NonNullable<Schema<Name>> & string
declare function pick(name:
  'OrderStatus' | 'QuoteStatus' | 'BidStatus' | 'VoucherStatus' | 'ApplicationStatus' | 'ClaimStatus' | 'ClaimItemStatus' | 'InvoiceStatus' | 'InvoiceKind' | 'LineKind' |
  'DisputeStatus' | 'DisputeKind' | 'DisputeSide' | 'DeliveryStatus' | 'FlagStatus' | 'JobOutcome' | 'OrganizationKind' | 'Role' | 'Product' | 'Workload' | 'Strategy' | 'Urgency' | 'Interconnect' |
  'ChipOrigin' | 'DeliveryState' | 'BankRowStatus' | 'BankRowKind' | 'SettlementPart' | 'ProposalStatus' | 'ProposalVerdict' | 'Duty' | 'ProgrammeMode' | 'Payee' | 'SubsidyBase' | 'StackingPolicy' | 'RelatedPartyRule' | 'ResaleRule' | 'UnattestedUsage' | 'ReviewStep' | 'ApplicationVerdict' | 'FlagVerdict' |
  'Taxpayer' | 'SourceGrade' | 'Compromise' | 'PublicityCalendar' | 'ClaimBearer' | 'Corroboration' | 'ReadingStatus' | 'HourStanding' | 'BudgetOrder' | 'Proration' | 'ShareRounding'): void

type Enumerated = Names<Parameters<typeof pick>[0]>

/** Every name that the contract lists, in words: one that is added there and not here breaks the build. */
export const labels = {
  confirmed: 'Confirmed', running: 'Running', completed: 'Completed', cancelled: 'Cancelled',
  open: 'Open', used: 'Ordered', expired: 'Expired', filled: 'Filled', withdrawn: 'Withdrawn',
  issued: 'Issued', held: 'Partly held', partlyRedeemed: 'Partly redeemed', redeemed: 'Redeemed', revoked: 'Revoked',
  draft: 'Draft', submitted: 'Submitted', returned: 'Returned for more', publicity: 'On public notice', objected: 'Objected to', approved: 'Approved', rejected: 'Rejected',
  decided: 'Decided', paid: 'Paid', credited: 'Credited', regular: 'Regular', supplementary: 'Supplementary',
  reserved: 'Reserved', metered: 'By use', tokens: 'Tokens', usage: 'Usage', outage: 'Outage', adjustment: 'Adjustment',
  objection: 'Objection to delivery', meters: 'Meters differ', denial: 'Denied by the buyer', provider: 'Provider', buyer: 'Buyer', seller: 'Seller', delivered: 'Delivered', late: 'Late',
  dismissed: 'Dismissed', succeeded: 'Succeeded', failed: 'Failed',
  platform: 'Platform', enterprise: 'Enterprise', authority: 'Authority', auditor: 'Auditor', admin: 'Administrator', system: 'The platform itself',
  training: 'Training', inference: 'Inference', other: 'Other', cheapest: 'Cheapest', compact: 'Least fragmentation', green: 'Least energy',
  user: 'As early as possible', batch: 'Whenever it is cheapest', pcie: 'PCIe', nvlink: 'NVLink', rdma: 'RDMA',
  domestic: 'Domestic', imported: 'Imported', deduct: 'Deducted from the invoice', reimburse: 'Reimbursed to the buyer', reward: 'Reward to providers',
  actual: 'What was used', contract: 'What was contracted', settled: 'What was settled',
  exclusive: 'Alone', bestOf: 'The best of its group', stack: 'Beside others', forbid: 'Forbidden', allow: 'Allowed', release: 'Given back to the voucher', refuse: 'Refused',
  check: 'First check', expert: 'Expert review', pass: 'Pass', return: 'Return for more', reject: 'Reject', dismiss: 'Dismiss', confirm: 'Confirm',
  general: 'General taxpayer', small: 'Small-scale taxpayer', official: 'Official source', news: 'From the news', digest: 'From a digest',
  later: 'Later', spread: 'Over more centres', otherModel: 'Another model', calendar: 'Calendar days', working: 'Working days',
  none: 'None', energy: 'Energy', up: 'Up', down: 'Down',
  counts: 'Counts', withheld: 'Withheld while in dispute', notDelivered: 'Not delivered',
  pending: 'Pending', dead: 'Given up', matched: 'Booked', unmatched: 'Waits', resolved: 'Resolved', approve: 'Approve',
  deposit: 'A buyer’s deposit', withdrawal: 'A deposit sent back', payment: 'Payment of an invoice', settlement: 'Payout of a settlement', claim: 'Payment of a claim', buyers: 'The buyers’ part', programmes: 'The programmes’ part',
  owner: 'Owner', operator: 'Operator', viewer: 'Viewer', meter: 'Meter',
  application: 'By application', contractSigning: 'By signing of the contract', days: 'By days',
} as const satisfies Record<Enumerated, Text>

/** In the order of the tax authority's numbers, from 1; apart from the others, since a service is sent back otherwise than an application. */
export const creditReasons = { invoicedWrongly: 'Invoiced wrongly', returned: 'Sales return', serviceEnded: 'Service ended', allowance: 'Allowance' } as const satisfies Record<NonNullable<Schema<'CreditReason'>>, Text>

/** Names that the API gives as plain text. */
const others: Record<string, Text> = {
  active: 'Active', sold: 'Sold', closed: 'Closed', billed: 'Billed', 'card-hour': 'card-hours', unfillable: 'Can’t be filled',
  'invoice.overdue': 'Overdue invoice', 'balance.low': 'Low balance', 'budget.exceeded': 'Passed budget',
  'counterparty.unknown': 'Unknown counterparty', known: 'Booked before', 'amount.differs': 'The reference is known with another amount', 'proposal.made': 'Waits for a second approval',
  'claim.none': 'No one claim of that amount', 'invoice.none': 'No open invoice of that number', 'settlement.none': 'No one settlement of that amount',
  PayClaim: 'Payment of a claim', WithdrawCommission: 'Commission payout', TransferMoney: 'A buyer’s transfer', SetCreditLimit: 'Credit limit', PayInvoice: 'Payment of an invoice', PaySettlement: 'Payout of a settlement',
  IssueCreditNote: 'Credit note', ResolveBankRow: 'Row of a bank statement',
  cards: 'Cards', centre: 'Centre', price: 'Price',
}

export function labelOf(name: string, t: Translate): string {
  const text = (labels as Record<string, Text>)[name] ?? others[name]
  return text ? t(text) : name
}

export const optionsOf = (names: readonly (keyof typeof labels)[], t: Translate) => names.map(value => ({ value, label: t(labels[value]) }))

type Tone = 'success' | 'processing' | 'default' | 'error' | 'warning'

const tones: Partial<Record<string, Tone>> = {
  confirmed: 'processing', running: 'processing', completed: 'success', open: 'processing', filled: 'success', paid: 'success', approved: 'success', delivered: 'success', succeeded: 'success',
  active: 'success', late: 'warning', submitted: 'processing', publicity: 'processing', returned: 'warning', objected: 'warning', rejected: 'error', failed: 'error', revoked: 'error', issued: 'processing',
  pending: 'processing', dead: 'error', matched: 'success', unmatched: 'warning', resolved: 'success',
  held: 'processing', partlyRedeemed: 'processing', redeemed: 'success', decided: 'success',
}

export const toneOf = (name: string): Tone => tones[name] ?? 'default'
