import { DownloadOutlined, LeftOutlined, ReloadOutlined, RightOutlined } from '@ant-design/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Flex, Grid, Progress, Select, Space } from 'antd'
import { useState, type ReactNode } from 'react'
import { everything, type ApiProblem, type Page, type PageQuery } from '../api/client'
import { useSession } from '../app/session'
import { csvText, save } from '../format/csv'
import { useT } from '../i18n/i18n'
import { columnsOfFile, columnsOnScreen, type Column } from './columns'
import { Nothing } from './Nothing'
import { ProblemAlert } from './ProblemAlert'
import { alignOf, Value, type Raw } from './value'
import { Table } from './Table'

type Props<Row> = {
  /** Names the list: for its cache, its file, and tests. */
  name: string
  /** The id of what the rows belong to, where there is a list of that name for each. */
  of?: string
  /** What is asked for beside the page; the first page is shown again when it changes. */
  query?: Record<string, string | undefined>
  load?: (page: PageQuery) => Promise<Page<Row>>
  /** All of the list, where its page has it already: then nothing is loaded. */
  rows?: Row[]
  rowKey: (row: Row) => string
  columns: Column<Row>[]
  filters?: ReactNode
  /** What to do where there is nothing yet. */
  empty: ReactNode
  refresh?: number
  expand?: (row: Row) => ReactNode
}

const sizes = [20, 50, 100, 500]

/** A list of the API: its pages by cursor, filters applied there, and all of it as CSV. */
export function DataTable<Row extends object>({ name, of, query = {}, load, rows, rowKey, columns, filters, empty, refresh, expand }: Props<Row>) {
  const t = useT()
  const key = JSON.stringify([of, query])
  const [size, setSize] = useState(20)
  const [at, setAt] = useState<{ key: string; cursors: (string | undefined)[] }>({ key, cursors: [undefined] })
  const cursors = at.key === key ? at.cursors : [undefined]
  const cursor = cursors.at(-1)
  const [sort, setSort] = useState<string>()
  const { data = rows && { items: rows, next: null }, error, isFetching, isPending, refetch } = useQuery<Page<Row>, ApiProblem>({
    queryKey: [name, of, query, size, cursor, sort],
    queryFn: () => load!({ limit: String(size), cursor, sort }),
    enabled: !!load,
    placeholderData: keepPreviousData,
    refetchInterval: refresh,
  })
  const [exported, setExported] = useState<number | null>(null)
  const [exportProblem, setExportProblem] = useState<ApiProblem | null>(null)
  const { session } = useSession()
  const screen = Grid.useBreakpoint()
  const shown = columnsOnScreen(columns, data?.items, session.organization.id, !!screen.xxl)
  const whole = cursors.length === 1 && !data?.next
  const filtered = Object.values(query).some(value => value)

  async function exportCsv() {
    setExported(0)
    setExportProblem(null)
    try {
      const all = rows ?? await everything(load!, setExported, sort)
      const told = columnsOfFile(columns)
      save(`${of ? `${name}-${of.slice(-8)}` : name}.csv`, csvText([told.map(column => t(column.title)), ...all.map(row => told.map(column => cell(column.value(row))))]))
    } catch (problem) {
      setExportProblem(problem as ApiProblem)
    } finally {
      setExported(null)
    }
  }

  return (
    <Flex vertical gap="small" data-table={name}>
      <Flex wrap gap="small" justify="space-between" align="end">
        <Flex wrap gap="small" align="end" className="filters">{filters}</Flex>
        <Space className="table-tools">
          {exported !== null && <span role="status"><Progress type="circle" size={20} percent={100} status="active" format={() => ''} /> {t('{{count}} rows read', { count: exported })}</span>}
          {load && <Button icon={<ReloadOutlined />} aria-label={t('Load again')} onClick={() => void refetch()} />}
          <Button icon={<DownloadOutlined />} loading={exported !== null} disabled={!data?.items.length} onClick={() => void exportCsv()}>CSV</Button>
        </Space>
      </Flex>
      {(error ?? exportProblem) && <ProblemAlert problem={(error ?? exportProblem)!} />}
      <Table<Row>
        size="middle"
        rowKey={rowKey}
        dataSource={data?.items}
        loading={isFetching && (isPending || !data)}
        pagination={false}
        scroll={{ x: true }}
        expandable={expand && { expandedRowRender: expand }}
        locale={{ emptyText: load && isPending ? ' ' : filtered ? <Nothing>{t('Nothing fits these filters.')}</Nothing> : <Nothing>{empty}</Nothing> }}
        onChange={(_, __, sorter) => {
          const { columnKey, order } = [sorter].flat()[0] ?? {}
          const by = shown.find(column => column.title === columnKey)?.sort
          setSort(order && typeof by === 'string' ? (order === 'descend' ? '-' : '') + by : undefined)
          if (typeof by === 'string') {
            setAt({ key, cursors: [undefined] })
          }
        }}
        columns={shown.map(column => ({
          key: column.title,
          title: t(column.title),
          align: alignOf(column.as ?? 'text'),
          className: column.as === 'name' || column.as === 'programme' ? 'names' : column.as === 'note' ? 'notes' : undefined,
          // What can be done stays in sight where there is room for more than that.
          fixed: column.title === 'Actions' && screen.lg ? 'end' as const : undefined,
          sorter: typeof column.sort === 'string' || (column.sort && whole && ((a: Row, b: Row) => compare(column.value(a), column.value(b)))),
          render: (_: unknown, row: Row) => column.render?.(row) ?? <Value raw={column.value(row)} kind={column.as} />,
        }))}
      />
      {(cursors.length > 1 || data?.next) && (
        <Flex justify="end" align="center" gap="small" role="navigation" aria-label={t('Pages')}>
          <Select aria-label={t('Rows a page')} value={size} onChange={value => { setSize(value); setAt({ key, cursors: [undefined] }) }} options={sizes.map(value => ({ value, label: t('{{count}} a page', { count: value }) }))} />
          <Button icon={<LeftOutlined />} disabled={cursors.length === 1} onClick={() => setAt({ key, cursors: cursors.slice(0, -1) })} aria-label={t('Page before')} />
          <span>{t('Page {{number}}', { number: cursors.length })}</span>
          <Button icon={<RightOutlined />} disabled={!data?.next} onClick={() => setAt({ key, cursors: [...cursors, data!.next!] })} aria-label={t('Page after')} />
        </Flex>
      )}
    </Flex>
  )
}

const cell = (raw: Raw) => typeof raw === 'boolean' ? String(raw) : raw

function compare(a: Raw, b: Raw): number {
  const [first, second] = [Number(a), Number(b)]
  return Number.isNaN(first) || Number.isNaN(second) ? String(a ?? '').localeCompare(String(b ?? '')) : first - second
}
