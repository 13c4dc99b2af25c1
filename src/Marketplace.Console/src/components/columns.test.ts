import { pathOf } from './subjects'
import { expect, it } from 'vitest'
import { columnsOfFile, columnsOnScreen, type Column } from './columns'

type Row = { buyer: string; open?: boolean }

const columns: Column<Row>[] = [
  { title: 'Buyer', value: row => row.buyer, as: 'name' },
  { title: 'Placed', value: () => '', spare: true },
  { title: 'Total', value: () => '', hidden: true },
  { title: 'Actions', value: () => '', render: row => row.open ? 'button' : null },
]

const titles = (rows: Row[] | undefined, wide = false) => columnsOnScreen(columns, rows, 'me', wide).map(column => column.title)

it('the reader’s own name is no column, unless somebody else’s stands in it too', () => {
  expect(titles([{ buyer: 'me' }, { buyer: 'me' }])).toEqual([])
  expect(titles([{ buyer: 'me' }, { buyer: 'you' }])).toEqual(['Buyer'])
  expect(titles([])).toEqual(['Buyer'])
  expect(titles(undefined)).toEqual(['Buyer'])
})

it('actions stand where there is one', () => {
  expect(titles([{ buyer: 'you' }])).toEqual(['Buyer'])
  expect(titles([{ buyer: 'you' }, { buyer: 'you', open: true }])).toEqual(['Buyer', 'Actions'])
})

it('a wide screen and the file have what is spare, and nobody what is hidden', () => {
  expect(titles([{ buyer: 'you' }], true)).toEqual(['Buyer', 'Placed'])
  expect(columnsOfFile(columns).map(column => column.title)).toEqual(['Buyer', 'Placed'])
})

it('a subject leads to its page where the reader has one', () => {
  const pages = [{ path: '/orders' }, { path: '/orders/:id' }, { path: '/bids' }, { path: '/programmes/:code' }]
  expect(pathOf('order', 'a1', pages)).toBe('/orders/a1')
  expect(pathOf('order', 'a1/2026-03', pages)).toBe('/orders/a1')
  expect(pathOf('programme', 'hz', pages)).toBe('/programmes/hz')
  expect([pathOf('bid', 'b1', pages), pathOf('leg', 'l1', pages), pathOf('constructor', 'x', pages)]).toEqual([undefined, undefined, undefined])
})
