import type { Schema } from '../api/client'
import type { Text, Translate } from './i18n'
import { codeText } from './problems'

/** Why a voucher, an application or a bid came to nothing, where the API names but the rule. */
export const refusals: Record<string, Text> = {
  not_selected: 'Other vouchers were chosen.',
  expired: 'Its last day is over.',
  used_up: 'Nothing is left of it, or less than the programme pays at least.',
  no_line: 'Its money is held for something else.',
  'mode.reward': 'The programme rewards providers, not buyers.',
  'window.ordered': 'The programme doesn’t pay orders of this time.',
  'programme.seller_related': 'Buyer and seller are related parties.',
  'provider.regions': 'The centre is in no region that the programme pays.',
  'provider.organizations': 'The seller isn’t one that the programme pays.',
  'provider.min_pflops': 'The seller’s centres are too small for the programme.',
  'scope.origins': 'The programme pays chips of another origin.',
  'scope.accelerators': 'The programme pays other accelerator models.',
  'scope.workloads': 'The programme pays other workloads.',
  'scope.products': 'The programme pays other products.',
  'scope.listings': 'The programme pays chosen listings only.',
  'window.usage': 'The programme doesn’t pay usage of this time.',
  'usage.unattested': 'The usage isn’t attested by a signed reading.',
  'usage.uncorroborated': 'Nothing beside the readings bears the usage out.',
  'rates.none': 'None of the programme’s shares fits.',
  'share.zero': 'The share comes to nothing.',
  'floor.order': 'The order is below the programme’s least amount.',
  'floor.spend': 'Too little was spent in the year.',
  expires_before_use: 'It expires before the capacity is used.',
  not_needed: 'Other vouchers pay all that may be paid.',
  'stacking.exclusive': 'It can’t be used beside another programme’s.',
  'stacking.best_of': 'Another one of its group pays more.',
  'cap.order': 'The programme’s limit an order is reached.',
  'ceiling.public_money': 'Public money has reached its ceiling for this line.',
  'applicant.kinds': 'The applicant is of another kind.',
  'applicant.regions': 'The applicant is of another region.',
  'applicant.traitsAny': 'The applicant has none of the traits asked for.',
  'applicant.traitsAll': 'The applicant lacks a trait asked for.',
  'applicant.traitsNone': 'The applicant has a trait that is ruled out.',
  'applicant.establishedWithinMonths': 'The applicant was established too long ago.',
  'applicant.ineligible': 'The programme’s rules rule the applicant out.',
  'cap.exceeded': 'The programme’s limit an applicant is reached.',
  'floor.not_reached': 'The amount is below the programme’s least.',
  'programme.exhausted': 'The programme’s budget is used up.',
  'funds.insufficient': 'Not enough money was available.',
  'voucher.insufficient': 'The vouchers held too little.',
  'capacity.taken': 'Somebody else was quicker.',
}

/** What may be fraud. */
export const flagCodes: Record<string, Text> = {
  'trade.circle': 'A chain of resales comes back to its buyer',
  'applicant.split': 'Related applicants take more than one may',
  'contract.twice': 'A contract or document was used twice',
  'usage.unattested': 'Much of what was redeemed rests on unattested usage',
  'redemption.above_history': 'Far more redeemed than in months before',
  'invariant.broken': 'An invariant of the market doesn’t hold',
  'parties.related': 'Related parties traded with each other',
  'voucher.transfer': 'Somebody else’s voucher was named',
  'usage.energy': 'The energy reported can’t be that of cards at work',
  'usage.too_busy': 'More busy seconds than cards have',
  'usage.too_many_tokens': 'More tokens than the cards can make',
  'usage.same_curves': 'Several cards report the very same energy',
  'usage.stops_with_subsidy': 'The use stopped when vouchers stopped paying',
}

/** The accounts of the ledger. */
export const accounts: Record<string, Text> = {
  'custody.cash': 'Cash at the custodian',
  'platform.cash': 'The platform’s own cash',
  'platform.commission': 'Commission of the platform',
  'buyer.deposit': 'Buyer: deposit',
  'buyer.held': 'Buyer: held for orders',
  'buyer.receivable': 'Buyer: owes',
  'seller.unsettled': 'Seller: not settled yet',
  'seller.payable': 'Seller: to be paid out',
  'seller.programme_due': 'Seller: due from programmes',
  'authority.receivable': 'Authority: owes',
  'voucher.issued': 'Vouchers issued',
  'voucher.available': 'Vouchers available',
  'voucher.held': 'Vouchers held',
  'voucher.redeemed': 'Vouchers redeemed',
  'voucher.claimed': 'Vouchers claimed',
  'voucher.paid': 'Vouchers paid',
  'voucher.expired': 'Vouchers expired',
  'voucher.revoked': 'Vouchers revoked',
  'programme.funded': 'Funded programmes',
}

/** What a verification holds against the data. */
export const invariants: Record<string, Text> = {
  'capacity.sold_once': 'No card-hour is sold twice',
  'orders.whole': 'An order has all of its legs, holds and vouchers, or none',
  'rows.owned': 'Everything belongs to whom it says',
  'contracts.stand': 'One contract a seller, as it was concluded',
  'readings.as_accepted': 'Readings are what was accepted',
  'readings.count_once': 'Each reading counts once',
  'invoices.unchanged': 'Issued invoices are unchanged',
  'billing.is_a_function': 'Invoices come out the same when made again',
  'jobs.effect_once': 'Jobs did everything once',
  'holds.released': 'Nothing is held for what is billed',
  'audit.complete': 'What moved money or capacity has its audit entry',
  'journal.balanced': 'Every entry of the ledger balances',
  'buyers.accounts': 'Buyers’ accounts follow from their documents',
  'sellers.accounts': 'Sellers’ accounts follow from their documents',
  'authorities.accounts': 'Authorities’ accounts follow from their documents',
  'platform.accounts': 'The platform’s accounts follow from its documents',
  'vouchers.balanced': 'A voucher’s parts add up to its face',
  'vouchers.redeemed_on_invoices': 'What vouchers paid stands on invoices',
  'vouchers.within_validity': 'Vouchers pay for no use after their last day',
  'programmes.within_budget': 'Programmes keep within their budgets',
  'programmes.within_ratio': 'Vouchers pay no more than their share',
  'programmes.rewards': 'Rewards keep to their rules, and are granted once',
  'programmes.funders': 'Funders bore their shares',
  'claims.after_payment': 'Who is reimbursed paid before claiming',
}

/** Traits that programmes commonly ask for; others are told as they were registered. */
export const traits: Record<string, Text> = {
  sme: 'Small or medium-sized firm',
  'tech-sme': 'Technology firm, small or medium-sized',
  university: 'University',
  'high-tech': 'High-technology firm',
  'one-person-company': 'One-person company',
  'local-social-insurance': 'Pays social insurance locally',
  'clean-credit-3y': 'Clean credit record of three years',
  'other-city-subsidy': 'Subsidized by another city',
}

/** What happens that a webhook can be told of: an event that is added to the contract and not here breaks the build. */
export const events: Record<Schema<'WebhookAnswer'>['events'][number], Text> = {
  'order.placed': 'Order placed', 'order.cancelled': 'Order cancelled', 'leg.moved': 'Leg moved', 'leg.ended': 'Leg ended early', 'invoice.issued': 'Invoice issued', 'invoice.paid': 'Invoice paid',
  'credit_note.issued': 'Credit note issued', 'voucher.issued': 'Voucher issued', 'voucher.revoked': 'Voucher revoked', 'voucher.expired': 'Voucher expired', 'claim.submitted': 'Claim submitted',
  'claim.decided': 'Claim decided', 'claim.paid': 'Claim paid', 'dispute.opened': 'Dispute opened', 'dispute.decided': 'Dispute decided', 'settlement.made': 'Settlement made',
  'settlement.paid': 'Settlement paid',
}

/** What the audit trail and the ledger record. */
export const actions: Record<string, Text> = {
  ...events,
  'accelerator.put': 'Accelerator corrected', 'accelerators.shipped': 'Accelerators added with a release', 'alert.raised': 'Alert raised', 'alerts.set': 'Alert thresholds set',
  'application.changed': 'Application changed', 'application.decided': 'Application decided', 'application.drafted': 'Application drafted', 'application.objected': 'Application objected to',
  'application.submitted': 'Application submitted', 'bank_row.looked_at': 'Row of a statement looked at', 'bank_row.resolved': 'Row of a statement resolved', 'bank_statement.imported': 'Bank statement imported',
  'bid.expired': 'Bid expired', 'bid.filled': 'Bid filled', 'bid.made': 'Bid left', 'bid.tried': 'Bid tried', 'bid.withdrawn': 'Bid taken back', 'usage.accepted': 'Readings accepted',
  'buyer_usage.accepted': 'Buyer’s readings accepted', 'center.created': 'Centre added', 'client.created': 'Client made', 'client.removed': 'Client removed', 'client.secret_rotated': 'Client’s secret changed',
  'client.tokens_revoked': 'Client’s tokens ended', 'commission.invoiced': 'Commission invoiced', 'commission.withdrawn': 'Commission paid out', 'contract.concluded': 'Contract concluded',
  'credit.set': 'Credit limit set', 'delivery.declared': 'Delivery declared', 'deposit.received': 'Deposit received', 'deposit.withdrawn': 'Deposit sent back', 'dispute.changed': 'Dispute changed',
  'flag.decided': 'Flag decided', 'flag.raised': 'Flag raised', 'holds.released': 'Holds released', 'hours.confirmed': 'Hours confirmed', 'invoice.tax_number': 'Tax number recorded',
  'listing.created': 'Capacity listed', 'listing.withdrawn': 'Listing withdrawn', 'meter.key_added': 'Meter’s key added', 'meter.key_revoked': 'Meter’s key revoked', 'meter.registered': 'Meter registered',
  'node.withdrawn': 'Node withdrawn', 'nodes.added': 'Nodes added', 'order.held': 'Order paid for by holds', 'organization.registered': 'Organization registered', 'parties.billed': 'Parties billed',
  'period.billed': 'Month billed', 'period.closed': 'Month closed', 'period.looked_at': 'Month looked at for fraud', 'period.settled': 'Month settled', 'person.created': 'Login made',
  'person.erased': 'Person erased', 'person.password_reset': 'Password made anew', 'person.signed_out': 'Sessions ended', 'platform.created': 'Platform set up', 'price-index.published': 'Price index published',
  'programme.created': 'Programme set up', 'programme.version_added': 'Programme’s rules changed', 'proposal.made': 'Proposal made', 'proposal.approved': 'Proposal approved', 'proposal.rejected': 'Proposal rejected', 'application.approved': 'Application approved', 'application.rejected': 'Application rejected', 'quote.made': 'Quote made', 'resale.listed': 'Capacity put up for resale',
  'reward.granted': 'Reward granted', 'webhook.created': 'Webhook added', 'webhook.deleted': 'Webhook removed', 'webhook.rotated': 'Webhook’s secret changed',
}

/** What is done it to, or raised on. */
export const subjects: Record<string, Text> = {
  accelerator: 'Accelerator', application: 'Application', 'bank-row': 'Row of a bank statement', 'bank-statement': 'Bank statement', bid: 'Bid', center: 'Centre', claim: 'Claim',
  client: 'Client', 'commission-invoice': 'Commission invoice', contract: 'Contract', 'credit-note': 'Credit note', dispute: 'Dispute', flag: 'Flag', invariant: 'Invariant',
  invoice: 'Invoice', leg: 'Leg', listing: 'Listing', meter: 'Metering device', node: 'Node', order: 'Order', organization: 'Organization', period: 'Month', person: 'Person',
  'price-index': 'Price index', programme: 'Programme', proposal: 'Proposal', quote: 'Quote', redemptions: 'Redemptions', settlement: 'Settlement', usage_batch: 'Batch of readings', voucher: 'Voucher',
  webhook: 'Webhook',
}

/** Which rule of a programme it was, by its path there. */
export function ruleName(path: string, t: Translate): string {
  const [, list, at] = /^(rates|tiers)\[(\d+)\]$/.exec(path) ?? []
  return list ? t(list === 'rates' ? 'share {{number}}' : 'tier {{number}}', { number: Number(at) + 1 }) : path === 'reward.perCardHour' ? t('Reward a card-hour') : path
}

/** An account in words; what a funder bore has one of the funder's name. */
export const accountText = (account: string, t: Translate) => account.startsWith('funder.paid/') ? t('Borne by {{name}}', { name: account.slice('funder.paid/'.length) }) : wordsOf(accounts, account, t)

/** What a code says; one that isn't known here is told as any other of the API's. */
export const wordsOf = (words: Record<string, Text>, code: string, t: Translate) => words[code] ? t(words[code]) : codeText(code, code)
