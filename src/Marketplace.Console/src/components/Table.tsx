import { Table as AntTable, type TableProps } from 'antd'

/**
 * Ant Design's table, whose part that scrolls sideways can be reached and scrolled by keyboard. What a row opens stays within the
 * screen, however wide the row is.
 */
export function Table<Row extends object>(props: TableProps<Row>) {
  return <AntTable<Row> {...props} expandable={props.expandable && { fixed: true, ...props.expandable }} ref={table => table?.nativeElement.querySelectorAll<HTMLElement>('.ant-table-content, .ant-table-body').forEach(part => { part.tabIndex = 0 })} />
}
