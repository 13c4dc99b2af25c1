import dayjs from 'dayjs'
import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { formatter } from '../format/format'
import { demandOf } from './demand'
import { progressOf } from './progress'
import { revenueByMonth } from './revenue'
import { ruleAt, ruleFields, type Rules } from './ruleFields'
import { spentOverTime, withoutEmpty } from './rules'
import { ruleText } from './RulesView'
import { hourlyUse } from './usage'

// Nothing is asked here, and there is no window.
vi.mock('../api/client', () => ({}))

it('a demand is sent without what was left empty, and on the hour', () => {
  const from = dayjs('2026-03-01T08:17:00')
  expect(demandOf({ amount: 'cards', when: 'fixed', cards: 8, hours: 24, accelerators: [], minAvailability: '' as never, from, vouchers: 'auto', urgency: 'user' }, 'Asia/Shanghai'))
    .toEqual({ cards: 8, hours: 24, from: '2026-03-01T08:00:00+08:00', vouchers: 'auto' })
  expect(demandOf({ amount: 'cards', when: 'window', cards: 1, from, window: [from, from.add(1, 'day')], vouchers: 'none', urgency: 'batch' }, 'Asia/Shanghai'))
    .toEqual({ cards: 1, window: { earliest: '2026-03-01T08:00:00+08:00', latestEnd: '2026-03-02T08:00:00+08:00' }, urgency: 'batch', vouchers: 'none' })
})

it('a demand for work says how much work, and no cards', () => {
  const from = dayjs('2026-03-01T08:00:00')
  const typed = { when: 'fixed', cards: 8, hours: 24, work: { pflopsHours: 12.5, model: 'qwen', tokens: 1_000_000 }, expectedTokens: { input: 5 }, from, window: [from, from.add(2, 'hour')], vouchers: 'chosen', chosen: ['v1'], urgency: 'user' } as const
  const window = { earliest: '2026-03-01T08:00:00+08:00', latestEnd: '2026-03-01T10:00:00+08:00' }
  expect(demandOf({ ...typed, amount: 'pflops', window: [from, from.add(2, 'hour')], chosen: ['v1'] }, 'Asia/Shanghai'))
    .toEqual({ work: { pflopsHours: 12.5, model: null, tokens: null }, window, urgency: 'user', vouchers: ['v1'] })
  expect(demandOf({ ...typed, amount: 'tokens', product: 'tokens', window: [from, from.add(2, 'hour')], chosen: undefined }, 'Asia/Shanghai'))
    .toEqual({ work: { pflopsHours: null, model: 'qwen', tokens: 1_000_000 }, product: 'tokens', expectedTokens: { input: 5, output: null }, window, urgency: 'user', vouchers: [] })
})

it('usage stands beside what was bought, hour by hour, shares of cards and resold ends counted', () => {
  const leg = { cards: 8, milliPerCard: 500, from: '2026-03-01T00:00:00Z', to: '2026-03-01T03:00:00Z', soldUntil: '2026-03-01T02:00:00Z', cancelled: false }
  const hours = hourlyUse([leg, { ...leg, cancelled: true }], [
    { hour: '2026-03-01T00:00:00Z', cardSeconds: 7200, downSeconds: 0 }, { hour: '2026-03-01T00:00:00Z', cardSeconds: 3600, downSeconds: 0 }, { hour: '2026-03-01T01:00:00Z', cardSeconds: 0, downSeconds: 1800 },
  ])
  expect(hours.map(({ bought, used, down }) => [bought, used, down])).toEqual([[4, 3, 0], [4, 0, 0.5]])
  expect(hourlyUse([], [])).toEqual([])
})

it('an application stands at its step', () => {
  const base = { decisions: [], publicity: null, step: null }
  expect(progressOf({ ...base, status: 'draft' })).toEqual({ stages: ['draft', 'approved'], current: 0, failed: false })
  expect(progressOf({ ...base, status: 'submitted', step: 'expert', decisions: [{ step: 'check', decision: 'pass', at: '', note: null, amount: null }] }))
    .toEqual({ stages: ['draft', 'check', 'expert', 'approved'], current: 2, failed: false })
  expect(progressOf({ ...base, status: 'approved' })).toEqual({ stages: ['draft', 'approved'], current: 2, failed: false })
  expect(progressOf({ ...base, status: 'rejected', decisions: [{ step: 'check', decision: 'reject', at: '', note: null, amount: null }] })).toMatchObject({ current: 1, failed: true })
})

it('revenue goes month by month, those without any among them', () => {
  const of = (period: string, fromBuyers: string) => ({ period, fromBuyers, fromProgrammes: '0.10', commission: '0.05' })
  expect(revenueByMonth([of('2026-03', '2.00'), of('2026-01', '1.15')])).toEqual([
    { period: '2026-01', fromBuyers: 115, fromProgrammes: 10, commission: 5 }, { period: '2026-02', fromBuyers: 0, fromProgrammes: 0, commission: 0 }, { period: '2026-03', fromBuyers: 200, fromProgrammes: 10, commission: 5 },
  ])
  expect(revenueByMonth([])).toEqual([])
})

it('rules are sent without what was left empty', () => {
  expect(withoutEmpty({ mode: 'deduct', caps: { perOrder: '', perVoucher: null }, rates: [{ ratio: '0.3', when: { origins: [] } }, {}], publicityDays: 0, flag: false }))
    .toEqual({ mode: 'deduct', rates: [{ ratio: '0.3' }], publicityDays: 0, flag: false })
})

it('spending adds up over time', () => {
  expect(spentOverTime({ '2026-01': '0.10', '2026-03': '0.20' }, ['2026-01', '2026-02', '2026-03'])).toEqual([
    { month: '2026-01', paid: 0.1, total: 0.1 }, { month: '2026-02', paid: 0, total: 0.1 }, { month: '2026-03', paid: 0.2, total: 0.3 },
  ])
})

it('a programme’s rules are told whole', () => {
  const templates = JSON.parse(readFileSync('../Marketplace.Application/Vouchers/programme-templates.json', 'utf8')) as { code: string; rules: Rules }[]
  expect(templates.length).toBeGreaterThan(10)
  const t = ((text: string) => text) as never
  const leaves = (value: unknown, path: string): string[] => Array.isArray(value) || typeof value !== 'object' || value === null ? [path] : Object.entries(value).flatMap(([name, member]) => leaves(member, path ? `${path}.${name}` : name))
  for (const { rules } of templates) {
    const untold = leaves(rules, '').filter(path => !['rates', 'tiers', 'funding.funders'].includes(path) && !ruleText(ruleFields[path as keyof typeof ruleFields], ruleAt(rules, path), formatter('en', 'Asia/Shanghai'), t))
    expect(untold).toEqual([])
  }
})
