import type { Schema } from '../api/client'
import type { Text } from '../i18n/i18n'
import type { labels } from '../i18n/labels'

export type Rules = Schema<'ProgrammeRules'>
/** Where a rule is looked for; what the shares are shares of stands above them. */
export type RuleTab = 'basis' | 'money' | 'who' | 'time' | 'review'

/** How a rule is typed and told: an amount, a share, a number, a day, words, one or several of a list, or names that nobody lists. */
export type RuleField = {
  label: Text
  as: 'money' | 'price' | 'ratio' | 'number' | 'day' | 'text' | 'one' | 'many' | 'models' | 'places' | 'traits' | 'names'
  options?: readonly (keyof typeof labels)[]
  /** What an option says here, where the same name says something else elsewhere. */
  words?: Record<string, Text>
  placeholder?: string
  min?: number
}

/** Every rule of the contract by its path; one that is added there and not here breaks the build. */
type Leaves<T> = {
  [K in keyof T & string]: NonNullable<T[K]> extends string | number | boolean | readonly unknown[] ? K : `${K}.${Leaves<NonNullable<T[K]>>}`
}[keyof T & string]

type Rows = 'rates' | 'tiers' | 'funding.funders'

export const ruleFields: Record<Exclude<Leaves<Rules>, Rows>, RuleField & { tab: RuleTab }> = {
  'mode': { tab: 'basis', label: 'Mode', as: 'one', options: ['deduct', 'reimburse', 'reward'] },
  'payee': { tab: 'basis', label: 'Paid to', as: 'one', options: ['seller', 'buyer'] },
  'base': { tab: 'basis', label: 'Share is taken of', as: 'one', options: ['actual', 'contract', 'settled'] },
  'reward.perCardHour': { tab: 'money', label: 'Reward a card-hour', as: 'price' },
  'caps.perVoucher': { tab: 'money', label: 'At most a voucher', as: 'money' },
  'caps.perApplicantYear': { tab: 'money', label: 'At most an applicant and year', as: 'money' },
  'caps.perApplicant': { tab: 'money', label: 'At most an applicant', as: 'money' },
  'caps.perOrder': { tab: 'money', label: 'At most an order', as: 'money' },
  'floors.perVoucher': { tab: 'money', label: 'At least a voucher', as: 'money' },
  'floors.perOrder': { tab: 'money', label: 'At least an order', as: 'money' },
  'floors.spendPerYear': { tab: 'money', label: 'At least spent in a year', as: 'money' },
  'floors.spendWithin.amount': { tab: 'money', label: 'At least spent in some months', as: 'money' },
  'floors.spendWithin.months': { tab: 'money', label: 'Months in which that is spent', as: 'number', min: 1 },
  'rounding.unit': { tab: 'money', label: 'Rounded to whole', as: 'money', placeholder: '0.01' },
  'rounding.mode': { tab: 'money', label: 'Rounding', as: 'one', options: ['down'], words: { down: 'Down to it' } },

  'applicant.kinds': { tab: 'who', label: 'For', as: 'many', options: ['enterprise', 'provider'] },
  'applicant.regions': { tab: 'who', label: 'In regions', as: 'places' },
  'applicant.traitsAny': { tab: 'who', label: 'With one of the traits', as: 'traits' },
  'applicant.traitsAll': { tab: 'who', label: 'With all of the traits', as: 'traits' },
  'applicant.traitsNone': { tab: 'who', label: 'With none of the traits', as: 'traits' },
  'applicant.establishedWithinMonths': { tab: 'who', label: 'Established within months', as: 'number', min: 1 },
  'provider.regions': { tab: 'who', label: 'Centres in regions', as: 'places' },
  'provider.organizations': { tab: 'who', label: 'Providers by their ids', as: 'names' },
  'provider.minPflops': { tab: 'who', label: 'Providers with at least PFLOPS', as: 'number', min: 0 },
  'scope.origins': { tab: 'who', label: 'Chips', as: 'many', options: ['domestic', 'imported'] },
  'scope.accelerators': { tab: 'who', label: 'Models', as: 'models' },
  'scope.workloads': { tab: 'who', label: 'Workloads', as: 'many', options: ['training', 'inference', 'other'] },
  'scope.products': { tab: 'who', label: 'Products', as: 'many', options: ['reserved', 'metered', 'tokens'] },
  'scope.listings': { tab: 'who', label: 'Listings by their ids', as: 'names' },

  'validity.months': { tab: 'time', label: 'Good for months', as: 'number', min: 1 },
  'validity.until': { tab: 'time', label: 'Good until', as: 'day' },
  'window.usageFrom': { tab: 'time', label: 'Usage from', as: 'day' },
  'window.usageTo': { tab: 'time', label: 'Usage to', as: 'day' },
  'window.orderedFrom': { tab: 'time', label: 'Ordered from', as: 'day' },
  'window.orderedTo': { tab: 'time', label: 'Ordered to', as: 'day' },
  'proration': { tab: 'time', label: 'Contracts across the edge count', as: 'one', options: ['days'] },

  'review': { tab: 'review', label: 'Review steps', as: 'many', options: ['check', 'expert'] },
  'publicityDays': { tab: 'review', label: 'Days of public notice', as: 'number', min: 0 },
  'publicityCalendar': { tab: 'review', label: 'Counted in', as: 'one', options: ['calendar', 'working'] },
  'stacking.policy': { tab: 'review', label: 'Beside other vouchers', as: 'one', options: ['exclusive', 'bestOf', 'stack'] },
  'stacking.group': { tab: 'review', label: 'Group', as: 'text' },
  'stacking.priority': { tab: 'review', label: 'Priority', as: 'number', min: 0 },
  'stacking.publicMoneyCeiling': { tab: 'review', label: 'Ceiling on all public money', as: 'ratio', placeholder: '0.50' },
  'relatedParties': { tab: 'review', label: 'Related parties', as: 'one', options: ['forbid', 'allow'] },
  'resale': { tab: 'review', label: 'Resale', as: 'one', options: ['forbid', 'release'] },
  'unattestedUsage': { tab: 'review', label: 'Usage that isn’t attested', as: 'one', options: ['allow', 'refuse'] },
  'corroboration': { tab: 'review', label: 'Plausibility asked for', as: 'one', options: ['none', 'energy', 'buyer'] },
  'rejectedClaim': { tab: 'review', label: 'A rejected claim falls on', as: 'one', options: ['buyer', 'seller'] },
  'funding.order': { tab: 'review', label: 'Order of the budget', as: 'one', options: ['application', 'contractSigning'] },
}

/** What a share may depend on. */
export const conditionFields: Record<keyof Schema<'RateCondition'>, RuleField> = {
  origins: { label: 'Chips', as: 'many', options: ['domestic', 'imported'] },
  accelerators: { label: 'Models', as: 'models' },
  workloads: { label: 'Workloads', as: 'many', options: ['training', 'inference', 'other'] },
  products: { label: 'Products', as: 'many', options: ['reserved', 'metered', 'tokens'] },
  regions: { label: 'Centres in regions', as: 'places' },
  traitsAny: { label: 'With one of the traits', as: 'traits' },
  establishedWithinMonths: { label: 'Established within months', as: 'number', min: 1 },
}

/** What stands at a path of the rules. */
export const ruleAt = (rules: Rules, path: string): unknown => path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | null | undefined)?.[name], rules)
