import type { Dayjs } from 'dayjs'
import type { Schema } from '../api/client'
import { instantAt } from '../format/format'

/** A demand as its form holds it. */
export type DemandValues = Pick<Schema<'CreateQuote'>,
  'accelerators' | 'cards' | 'hours' | 'workload' | 'strategy' | 'urgency' | 'regions' | 'product' | 'interconnect' | 'cardsPerNode' | 'milliPerCard' | 'minFp16Tflops' | 'minMemoryGiB' |
  'maxLatencyMs' | 'minAvailability' | 'maxPricePerCardHour' | 'sameCenter' | 'mixModels'> & {
    when: 'fixed' | 'window'
    from?: Dayjs | null
    window?: [Dayjs, Dayjs] | null
    vouchers?: boolean
  }

/** The demand as the API takes it: what was left empty isn't sent. */
export function demandOf({ when, from, window, vouchers, urgency, ...rest }: DemandValues, timeZone: string): Schema<'CreateQuote'> {
  const hour = (wall: Dayjs) => instantAt(wall.startOf('hour'), timeZone)
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null && value !== '' && !(Array.isArray(value) && value.length === 0)))
  return {
    ...given,
    ...(when === 'fixed' ? from && { from: hour(from) } : window && { window: { earliest: hour(window[0]), latestEnd: hour(window[1]) }, urgency }),
    vouchers: vouchers ? 'auto' : 'none',
  }
}
