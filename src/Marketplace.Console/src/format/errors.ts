export type FieldPath = (string | number)[]

/** The path of a field as the API writes it, <c>lines[0].amount</c>, as forms have it. */
export function pathOf(field: string): FieldPath {
  return field.split(/[.[\]]+/).filter(step => step !== '').map(step => /^\d+$/.test(step) ? Number(step) : step)
}

/** Which of a problem's errors have a field in the form: the field itself, or the nearest that holds it. */
export function placeErrors(errors: Record<string, string[]>, known: FieldPath[]): { placed: { name: FieldPath; errors: string[] }[]; rest: string[] } {
  const names = new Set(known.map(path => JSON.stringify(path)))
  const placed = new Map<string, string[]>()
  const rest: string[] = []
  for (const [field, texts] of Object.entries(errors)) {
    let path = pathOf(field)
    while (path.length > 0 && !names.has(JSON.stringify(path))) {
      path = path.slice(0, -1)
    }
    if (path.length === 0) {
      rest.push(field)
    } else {
      const key = JSON.stringify(path)
      placed.set(key, [...(placed.get(key) ?? []), ...texts])
    }
  }
  return { placed: [...placed].map(([key, texts]) => ({ name: JSON.parse(key) as FieldPath, errors: texts })), rest }
}

/** The API's errors by row of the file, counted from 0 below the header: <c>nodes[3].cards</c> counts so itself, <c>row 5.amount</c> counts the file's lines. */
export function errorsByRow(errors: Record<string, string[]>): { byRow: Map<number, string[]>; rest: Record<string, string[]> } {
  const byRow = new Map<number, string[]>()
  const rest: Record<string, string[]> = {}
  for (const [field, texts] of Object.entries(errors)) {
    const line = /^row (\d+)\.(.*)$/.exec(field)
    const row = line ?? /^rows?\[(\d+)\]\.?(.*)$/.exec(field) ?? /^nodes\[(\d+)\]\.?(.*)$/.exec(field)
    if (!row) {
      rest[field] = texts
    } else {
      const at = Number(row[1]) - (line ? 2 : 0)
      byRow.set(at, [...(byRow.get(at) ?? []), ...texts.map(told => told.replace(/^row \d+: /, '')).map(text => row[2] ? `${row[2]}: ${text}` : text)])
    }
  }
  return { byRow, rest }
}
