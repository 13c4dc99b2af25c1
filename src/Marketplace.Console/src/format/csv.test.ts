import { describe, expect, it } from 'vitest'
import { csvText, parseCsv } from './csv'

describe('CSV', () => {
  it('quotes what needs quotes', () => {
    expect(csvText([['a', 'b,c', 'd"e', 'f\ng', null, 1.5]])).toBe('a,"b,c","d""e","f\ng",,1.5\r\n')
  })

  it('lets no text be taken for a formula, and leaves numbers alone', () => {
    expect(csvText([['=HYPERLINK("x")', '+1', '-5.00', '@x', '-5']])).toBe('"\'=HYPERLINK(""x"")",\'+1,-5.00,\'@x,-5\r\n')
  })

  it('reads what it writes, with a mark of UTF-8 and without', () => {
    const rows = [['name', 'tags'], ['n-1', 'bare "metal", fast'], ['n-2', 'two\r\nlines']]
    expect(parseCsv('\uFEFF' + csvText(rows))).toEqual(rows)
    expect(parseCsv('a,b\n1,2')).toEqual([['a', 'b'], ['1', '2']])
    expect(parseCsv('a\n\n1\n')).toEqual([['a'], ['1']])
  })
})
