import dayjs from 'dayjs'
import { describe, expect, it } from 'vitest'
import { fen, formatter, instantAt, monthsBetween, wallClock } from './format'

describe('what the API answers is written as the reader does', () => {
  const [en, zh] = [formatter('en', 'Asia/Shanghai'), formatter('zh', 'Asia/Shanghai')]

  it('writes amounts exactly, however large', () => {
    expect(en.money('1234.50')).toBe('¥1,234.50')
    expect(zh.money('-0.01')).toBe('-¥0.01')
    expect(en.money('90071992547409933.07')).toBe('¥90,071,992,547,409,933.07')
    expect(en.money(null)).toBe('–')
  })

  it('keeps all places of a price', () => {
    expect(en.price('33.333333')).toBe('¥33.333333')
    expect(en.price('9.8')).toBe('¥9.80')
  })

  it('tells instants in the zone of the market', () => {
    expect(en.instant('2026-01-31T16:30:00Z')).toBe('1 Feb 2026, 00:30')
    expect(zh.instant('2026-01-31T16:30:00Z')).toBe('2026年2月1日 00:30')
    expect(en.day('2026-01-31')).toBe('31 Jan 2026')
    expect(en.month('2026-02')).toBe('Feb 2026')
  })

  it('takes what a picker shows for the wall clock of the market', () => {
    const wall = wallClock('2026-01-31T16:30:00Z', 'Asia/Shanghai')
    expect(wall.format('YYYY-MM-DD HH:mm')).toBe('2026-02-01 00:30')
    expect(instantAt(wall, 'Asia/Shanghai')).toBe('2026-02-01T00:30:00+08:00')
    expect(instantAt(dayjs('2026-07-01T12:00:00'), 'Europe/Berlin')).toBe('2026-07-01T12:00:00+02:00')
  })
})

it('a span tells its day once where it has one, in either language', () => {
  const [from, to, next] = ['2026-03-01T00:00:00Z', '2026-03-01T02:00:00Z', '2026-03-02T00:00:00Z']
  const [en, zh] = [formatter('en', 'Asia/Shanghai'), formatter('zh', 'Asia/Shanghai')]
  expect([en.span(from, to), en.span(from, next)]).toEqual(['1 Mar 2026, 08:00–10:00', '1 Mar 2026, 08:00 – 2 Mar 2026, 08:00'])
  expect([zh.span(from, to), zh.span(from, next)]).toEqual(['2026年3月1日 08:00–10:00', '2026年3月1日 08:00 – 2026年3月2日 08:00'])
})

it('counts fen without losing one', () => {
  expect(fen('0.29')).toBe(29)
  expect(fen('1.15')).toBe(115)
  expect(fen(null)).toBe(0)
})

it('names every month between two', () => {
  expect(monthsBetween('2025-11', '2026-02')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02'])
  expect(monthsBetween('2026-02', '2026-01')).toEqual([])
})
