import type { Schema } from '../api/client'

type Leg = Pick<Schema<'OrderLegAnswer'>, 'cards' | 'milliPerCard' | 'from' | 'to' | 'soldUntil' | 'cancelled'>
type Use = Pick<Schema<'UsageHourAnswer'>, 'hour' | 'cardSeconds' | 'downSeconds'>

const hourLength = 3_600_000

/** For each hour of an order: the cards bought and, as whole cards on average, the cards used and down. */
export function hourlyUse(legs: Leg[], usage: Use[]): { hour: string; bought: number; used: number; down: number }[] {
  const standing = legs.filter(leg => !leg.cancelled).map(leg => ({ cards: leg.cards * leg.milliPerCard / 1000, from: Date.parse(leg.from), to: Date.parse(leg.soldUntil ?? leg.to) }))
  if (standing.length === 0) {
    return []
  }
  const sums = new Map<number, { used: number; down: number }>()
  for (const use of usage) {
    const sum = sums.get(Date.parse(use.hour)) ?? { used: 0, down: 0 }
    sums.set(Date.parse(use.hour), { used: sum.used + use.cardSeconds, down: sum.down + use.downSeconds })
  }
  const hours = []
  for (let at = Math.min(...standing.map(leg => leg.from)); at < Math.max(...standing.map(leg => leg.to)); at += hourLength) {
    const sum = sums.get(at)
    hours.push({
      hour: new Date(at).toISOString(),
      bought: standing.filter(leg => leg.from <= at && at < leg.to).reduce((cards, leg) => cards + leg.cards, 0),
      used: (sum?.used ?? 0) / 3600,
      down: (sum?.down ?? 0) / 3600,
    })
  }
  return hours
}
