import { UploadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Flex, Modal, Typography, Upload } from 'antd'
import { useState } from 'react'
import { answer, api, ApiProblem } from '../api/client'
import { ProblemAlert } from '../components/ProblemAlert'
import { parseCsv } from '../format/csv'
import { errorsByRow } from '../format/errors'
import { useT } from '../i18n/i18n'
import { messageText } from '../i18n/problems'
import { Table } from '../components/Table'

const columns = 'name,accelerator,cards,vcpus,memoryGiB,interconnect,tags'

/** An inventory from a file: shown first, sent as it is, and what is wrong told at its row. All of it is added or nothing. */
export function NodesImport({ centerId }: { centerId: string }) {
  const t = useT()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [file, setFile] = useState<{ name: string; text: string } | null>(null)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [busy, setBusy] = useState(false)
  const [header = [], ...rows] = file ? parseCsv(file.text) : []
  const { byRow, rest } = errorsByRow(problem?.errors ?? {})

  /** Another file, or none: what was wrong with the last one is over. */
  function show(next: { name: string; text: string } | null) {
    setFile(next)
    setProblem(null)
  }

  async function send() {
    setBusy(true)
    setProblem(null)
    try {
      const added = await answer(api.POST('/v1/centers/{id}/nodes', {
        params: { path: { id: centerId } },
        body: file!.text as never,
        bodySerializer: body => body as unknown as string,
        headers: { 'Content-Type': 'text/csv' },
      }))
      await queries.invalidateQueries()
      void message.success(t('{{count}} nodes were added.', { count: added.nodes }))
      show(null)
    } catch (error) {
      setProblem(error as ApiProblem)
    } finally {
      setBusy(false)
    }
  }

  return (
    <>
      <Upload accept=".csv,text/csv" showUploadList={false} beforeUpload={chosen => { void chosen.text().then(text => show({ name: chosen.name, text })); return false }}>
        <Button icon={<UploadOutlined />}>{t('Import a CSV file')}</Button>
      </Upload>
      <Modal open={file !== null} width={900} title={file?.name} onCancel={() => show(null)} onOk={() => void send()} okText={t('Add {{count}} nodes', { count: rows.length })} okButtonProps={{ loading: busy, disabled: rows.length === 0 }} cancelText={t('Cancel')}>
        <Flex vertical gap="small">
          <Typography.Text type="secondary">{t('Columns:')} <code>{columns}</code>. {t('Tags are separated by |. All nodes are added, or none.')}</Typography.Text>
          {problem && <ProblemAlert problem={problem} fields={Object.keys(rest)} />}
          <Table
            size="small"
            scroll={{ x: 'max-content', y: 400 }}
            pagination={{ pageSize: 50, showSizeChanger: false, hideOnSinglePage: true }}
            rowKey="row"
            dataSource={rows.map((cells, row) => ({ row, cells }))}
            onRow={row => byRow.has(row.row) ? { style: { background: 'color-mix(in srgb, #c41d1d 12%, transparent)' } } : {}}
            columns={[
              { title: t('Row'), align: 'end', render: (_, row) => row.row + 2 },
              ...header.map((title, at) => ({ title, render: (_: unknown, row: { cells: string[] }) => row.cells[at] })),
              { title: t('To fix'), render: (_, row) => byRow.get(row.row)?.map(text => <div key={text}>{messageText(text, t)}</div>) },
            ]}
          />
        </Flex>
      </Modal>
    </>
  )
}
