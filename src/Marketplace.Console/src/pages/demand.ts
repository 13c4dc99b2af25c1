import type { Dayjs } from 'dayjs'
import type { Schema } from '../api/client'
import { instantAt } from '../format/format'

type Asked = Pick<Schema<'CreateQuote'>,
  'accelerators' | 'cards' | 'hours' | 'workload' | 'strategy' | 'urgency' | 'regions' | 'product' | 'interconnect' | 'cardsPerNode' | 'milliPerCard' | 'vcpusPerCard' | 'memoryGiBPerCard' | 'minFp16Tflops' |
  'minMemoryGiB' | 'maxLatencyMs' | 'minBandwidthGbps' | 'minAvailability' | 'maxPricePerCardHour' | 'sameCenter' | 'mixModels' | 'tags'>

/** A demand as its form holds it. */
export type DemandValues = Asked & {
  /** What says how much is wanted: cards for hours, P-hours of compute, or tokens of a model. */
  amount: 'cards' | 'pflops' | 'tokens'
  work?: Partial<Schema<'WorkInput'>>
  expectedTokens?: Partial<Schema<'ExpectedTokensInput'>>
  when: 'fixed' | 'window'
  from?: Dayjs | null
  window?: [Dayjs, Dayjs] | null
  vouchers: 'auto' | 'none' | 'chosen'
  chosen?: string[]
}

const empty = (value: unknown) => value == null || value === '' || (Array.isArray(value) && value.length === 0)

/** The demand as the API takes it: what was left empty, or belongs to another way of asking, isn't sent. */
export function demandOf({ amount, cards, hours, work, expectedTokens, when, from, window, vouchers, chosen, urgency, ...rest }: DemandValues, timeZone: string): Schema<'CreateQuote'> {
  const hour = (wall: Dayjs) => instantAt(wall.startOf('hour'), timeZone)
  const given = Object.fromEntries(Object.entries({ ...rest, ...(amount === 'cards' && { cards, hours }) }).filter(([, value]) => !empty(value)))
  const number = (value: number | null | undefined) => value ?? null
  return {
    ...given,
    ...(amount !== 'cards' && {
      work: amount === 'pflops'
        ? { pflopsHours: number(work?.pflopsHours), model: null, tokens: null }
        : { pflopsHours: null, model: work?.model || null, tokens: number(work?.tokens) },
    }),
    ...(rest.product === 'tokens' && { expectedTokens: { input: number(expectedTokens?.input), output: number(expectedTokens?.output) } }),
    ...(inWindow({ amount, when })
      ? window && { window: { earliest: hour(window[0]), latestEnd: hour(window[1]) }, urgency }
      : from && { from: hour(from) }),
    vouchers: vouchers === 'chosen' ? chosen ?? [] : vouchers,
  }
}

/** How long work takes follows from the cards that are found, so that it can't begin at a set time. */
export const inWindow = ({ amount, when }: Pick<DemandValues, 'amount' | 'when'>) => amount !== 'cards' || when === 'window'
