/** One field of RFC 4180. A text that a spreadsheet would run as a formula is led by an apostrophe; a number isn't one. */
export function csvField(value: string | number | null | undefined): string {
  const text = value == null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csvText(rows: (string | number | null | undefined)[][]): string {
  return rows.map(row => row.map(csvField).join(',') + '\r\n').join('')
}

/** Reads RFC 4180, quoted fields and all: for the preview; what counts is how the API reads it. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let quoted = false
  const source = text.replace(/^\uFEFF/, '')
  for (let at = 0; at < source.length; at++) {
    const c = source[at]!
    if (quoted) {
      if (c === '"' && source[at + 1] === '"') {
        field += source[++at]
      } else if (c === '"') {
        quoted = false
      } else {
        field += c
      }
    } else if (c === '"') {
      quoted = true
    } else if (c === ',') {
      row.push(field)
      field = ''
    } else if (c === '\n' || c === '\r') {
      if (c === '\r' && source[at + 1] === '\n') {
        at++
      }
      rows.push([...row, field])
      row = []
      field = ''
    } else {
      field += c
    }
  }
  if (field !== '' || row.length > 0) {
    rows.push([...row, field])
  }
  return rows.filter(cells => cells.some(cell => cell !== ''))
}

/** Gives the browser a file to keep; a text is one for spreadsheets. */
export function save(name: string, content: string | Blob) {
  const link = document.createElement('a')
  // The mark tells spreadsheets that it is UTF-8.
  link.href = URL.createObjectURL(typeof content === 'string' ? new Blob(['\uFEFF', content], { type: 'text/csv;charset=utf-8' }) : content)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
