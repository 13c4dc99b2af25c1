import { describe, expect, it } from 'vitest'
import { errorsByRow, pathOf, placeErrors } from './errors'

describe('errors of the API', () => {
  it('are paths of forms', () => {
    expect(pathOf('rules.rates[0].when.origins[1]')).toEqual(['rules', 'rates', 0, 'when', 'origins', 1])
    expect(pathOf('amount')).toEqual(['amount'])
  })

  it('stand at their field or the nearest that holds it, and else above the form', () => {
    const placed = placeErrors({ 'name': ['a'], 'regions[2]': ['b'], 'regions': ['c'], 'elsewhere.x': ['d'] }, [['name'], ['regions']])
    expect(placed).toEqual({ placed: [{ name: ['name'], errors: ['a'] }, { name: ['regions'], errors: ['b', 'c'] }], rest: ['elsewhere.x'] })
  })

  it('stand at the row of a file', () => {
    const { byRow, rest } = errorsByRow({ 'nodes[1].cards': ['row 3: must be a whole number in range'], 'nodes[1].name': ['row 3: is required'], 'header.tags': ['is missing'] })
    expect([...byRow]).toEqual([[1, ['cards: must be a whole number in range', 'name: is required']]])
    expect(rest).toEqual({ 'header.tags': ['is missing'] })
    expect([...errorsByRow({ 'row 3.amount': ['is missing or can\'t be read'] }).byRow]).toEqual([[1, ['amount: is missing or can\'t be read']]])
  })
})
