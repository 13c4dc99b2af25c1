import dayjs from 'dayjs'
import timezone from 'dayjs/plugin/timezone'
import utc from 'dayjs/plugin/utc'

dayjs.extend(utc)
dayjs.extend(timezone)

export type Language = 'en' | 'zh'

const locale = { en: 'en-GB', zh: 'zh-CN' } as const

/**
 * Writes what the API answers as the reader's language does. Instants are told in the market's zone, where its days and hours
 * are. Amounts arrive as decimal strings, and stay so: Intl reads strings exactly.
 *
 * @param ahead By how many milliseconds the market's clock is ahead of this machine's: a sandbox's may be by months.
 */
export function formatter(language: Language, timeZone: string, ahead = 0) {
  const tag = locale[language]
  const of = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(tag, options)
  const moneyFormat = of({ style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol' })
  const priceFormat = of({ style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol', minimumFractionDigits: 2, maximumFractionDigits: 6 })
  const shortMoney = of({ style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol', notation: 'compact', maximumFractionDigits: 1 })
  const numberFormat = of({ maximumFractionDigits: 6 })
  const hoursFormat = of({ maximumFractionDigits: 2 })
  const percentFormat = of({ style: 'percent', maximumFractionDigits: 2 })
  const instantFormat = new Intl.DateTimeFormat(tag, { timeZone, dateStyle: 'medium', timeStyle: 'short' })
  const instantDay = new Intl.DateTimeFormat(tag, { timeZone, dateStyle: 'medium' })
  const timeFormat = new Intl.DateTimeFormat(tag, { timeZone, timeStyle: 'short' })
  const dayFormat = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', dateStyle: 'medium' })
  const monthFormat = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', year: 'numeric', month: 'short' })
  // Intl takes a decimal string as it is; its type in TypeScript says so for template literals only.
  const exact = (text: string) => text as `${number}`
  const now = () => Date.now() + ahead
  return {
    language,
    timeZone,
    now,
    /** What the market's clock on the wall shows. */
    clock: () => wallClock(new Date(now()).toISOString(), timeZone),
    money: (amount: string | null | undefined) => amount == null ? '–' : moneyFormat.format(exact(amount)),
    shortMoney: (amount: number) => shortMoney.format(amount),
    price: (amount: string | null | undefined) => amount == null ? '–' : priceFormat.format(exact(amount)),
    number: (value: string | number | null | undefined) => value == null ? '–' : numberFormat.format(typeof value === 'string' ? exact(value) : value),
    /** Card-hours as people compare them; the API's six places are for reckoning. */
    hours: (value: string | number) => hoursFormat.format(typeof value === 'string' ? exact(value) : value),
    percent: (ratio: string | number | null | undefined) => ratio == null ? '–' : percentFormat.format(typeof ratio === 'string' ? exact(ratio) : ratio),
    instant: (instant: string | null | undefined) => instant ? instantFormat.format(new Date(instant)) : '–',
    day: (day: string | null | undefined) => day ? dayFormat.format(new Date(`${day.slice(0, 10)}T00:00:00Z`)) : '–',
    month: (period: string | null | undefined) => period ? monthFormat.format(new Date(`${period}-01T00:00:00Z`)) : '–',
    /** From one instant to another, the day once where it is the same. Intl's own ranges write Chinese dates otherwise than its dates. */
    span: (from: string, to: string) => {
      const [start, end] = [new Date(from), new Date(to)]
      return instantDay.format(start) === instantDay.format(end) ? `${instantFormat.format(start)}–${timeFormat.format(end)}` : `${instantFormat.format(start)} – ${instantFormat.format(end)}`
    },
  }
}

export type Formatter = ReturnType<typeof formatter>

/** An instant as the market's clock on the wall shows it, for pickers. */
export function wallClock(instant: string, timeZone: string): dayjs.Dayjs {
  return dayjs(dayjs(instant).tz(timeZone).format('YYYY-MM-DDTHH:mm:ss'))
}

/** The instant at which the market's clock on the wall shows what was picked, for the API. */
export function instantAt(wall: dayjs.Dayjs, timeZone: string): string {
  return dayjs.tz(wall.format('YYYY-MM-DDTHH:mm:ss'), timeZone).format()
}

/** Fen of a decimal amount: for charts and comparing, never for what is shown as the API's figure. */
export function fen(amount: string | null | undefined): number {
  return Math.round(Number(amount ?? 0) * 100)
}

/** The months from one to another, both counted, as the API writes them. */
export function monthsBetween(first: string, last: string): string[] {
  const months: string[] = []
  for (let month = dayjs(`${first}-01`); !month.isAfter(dayjs(`${last}-01`)); month = month.add(1, 'month')) {
    months.push(month.format('YYYY-MM'))
  }
  return months
}
