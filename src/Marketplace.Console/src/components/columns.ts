import type { ReactNode } from 'react'
import type { Text } from '../i18n/i18n'
import type { Kind, Raw } from './value'

/**
 * A column: what it shows of a row, and so what the CSV file gets, as the API wrote it. It sorts by the name that the API's list
 * has for it; or, with true, only where the whole list is there, since a page that is sorted by itself says something else. A
 * spare one is shown on wide screens only, so that the others stand side by side on a common one; the file has it, and what is
 * told on the screen in another column.
 */
export type Column<Row> = { title: Text; value: (row: Row) => Raw; as?: Kind; render?: (row: Row) => ReactNode; hidden?: boolean; spare?: boolean; fileOnly?: boolean; sort?: boolean | string }

/** What the file gets: all that is told of a row, and not what can be done with it. */
export const columnsOfFile = <Row>(columns: Column<Row>[]) => columns.filter(column => !column.hidden && column.title !== 'Actions')

/** What stands on the screen: no column that names the reader in every row, and none of actions where there is nothing to do. */
export function columnsOnScreen<Row>(columns: Column<Row>[], rows: Row[] | undefined, me: string, wide: boolean): Column<Row>[] {
  return columns.filter(column => !column.hidden && !column.fileOnly && (wide || !column.spare)
    && (column.title !== 'Actions' || !!rows?.some(row => column.render?.(row)))
    && (column.as !== 'name' || !rows?.length || rows.some(row => column.value(row) !== me)))
}
