/** A form's values as the API takes them: what was left empty, and whatever only holds such, isn't sent. */
export function withoutEmpty<T>(value: T): T | undefined {
  if (value == null || value === '') {
    return undefined
  }
  if (Array.isArray(value)) {
    const items = value.map(item => withoutEmpty(item as unknown)).filter(item => item !== undefined)
    return items.length > 0 ? items as T : undefined
  }
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([name, member]) => [name, withoutEmpty(member as unknown)] as const).filter(([, member]) => member !== undefined)
    return members.length > 0 ? Object.fromEntries(members) as T : undefined
  }
  return value
}

/** What would have been paid in each month and up to it, in yuan, months without anything among them. */
export function spentOverTime(byMonth: Record<string, string>, months: string[]): { month: string; paid: number; total: number }[] {
  let total = 0
  return months.map(month => {
    const paid = Math.round(Number(byMonth[month] ?? 0) * 100)
    total += paid
    return { month, paid: paid / 100, total: total / 100 }
  })
}
