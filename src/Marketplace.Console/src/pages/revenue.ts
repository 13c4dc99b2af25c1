import type { Schema } from '../api/client'
import { fen, monthsBetween } from '../format/format'

type Settlement = Pick<Schema<'SettlementAnswer'>, 'period' | 'fromBuyers' | 'fromProgrammes' | 'commission'>

/** Settlements as months in order, in fen, those between without any among them. */
export function revenueByMonth(settlements: Settlement[]): { period: string; fromBuyers: number; fromProgrammes: number; commission: number }[] {
  const periods = settlements.map(settlement => settlement.period).sort()
  return periods.length === 0 ? [] : monthsBetween(periods[0]!, periods.at(-1)!).map(period => {
    const month = settlements.filter(settlement => settlement.period === period)
    const sum = (field: keyof Omit<Settlement, 'period'>) => month.reduce((total, settlement) => total + fen(settlement[field]), 0)
    return { period, fromBuyers: sum('fromBuyers'), fromProgrammes: sum('fromProgrammes'), commission: sum('commission') }
  })
}
