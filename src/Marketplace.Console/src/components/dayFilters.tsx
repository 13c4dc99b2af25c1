import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useFormat } from '../app/preferences'
import { instantAt } from '../format/format'
import { useT, type Text } from '../i18n/i18n'
import { useFilter } from './filters'

// Apart from the other filters: pages without days don't load the calendar.

/** A day's beginning, or its end, as the instant that the API compares with. */
export function useDayInstants() {
  const format = useFormat()
  return {
    start: (day: string | undefined) => day && instantAt(dayjs(day), format.timeZone),
    end: (day: string | undefined) => day && instantAt(dayjs(day).add(1, 'day'), format.timeZone),
  }
}

export function MonthFilter({ name, label }: { name: string; label: Text }) {
  const t = useT()
  const [value, set] = useFilter(name)
  return <DatePicker picker="month" className="filter" aria-label={t(label)} placeholder={t(label)} value={value ? dayjs(`${value}-01`) : null} onChange={month => set(month?.format('YYYY-MM'))} />
}

export function DayFilter({ name, label }: { name: string; label: Text }) {
  const t = useT()
  const [value, set] = useFilter(name)
  return <DatePicker className="filter" aria-label={t(label)} placeholder={t(label)} value={value ? dayjs(value) : null} onChange={day => set(day?.format('YYYY-MM-DD'))} />
}
