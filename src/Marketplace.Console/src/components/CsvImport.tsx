import { UploadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Flex, Modal, Typography, Upload } from 'antd'
import { useState } from 'react'
import { ApiProblem } from '../api/client'
import { useSession } from '../app/session'
import { parseCsv } from '../format/csv'
import { errorsByRow } from '../format/errors'
import { useT, type Text } from '../i18n/i18n'
import { messageText } from '../i18n/problems'
import { ProblemAlert } from './ProblemAlert'
import { Table } from './Table'

type Props = {
  columns: string
  hint: Text
  /** What the button says that sends so many rows. */
  submit: (rows: number) => string
  /** Sends the file as it is, and says what became of it. */
  send: (text: string) => Promise<string>
}

/** Rows from a file: shown first, sent as they are, and what is wrong told at its row. All of the file is taken or nothing. */
export function CsvImport({ columns, hint, submit, send }: Props) {
  const t = useT()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const { session } = useSession()
  const [file, setFile] = useState<{ name: string; text: string } | null>(null)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [busy, setBusy] = useState(false)
  const [header = [], ...rows] = file ? parseCsv(file.text) : []
  const { byRow, rest } = errorsByRow(problem?.errors ?? {})

  if (session.duty === 'viewer') {
    return null
  }

  /** Another file, or none: what was wrong with the last one is over. */
  function show(next: { name: string; text: string } | null) {
    setFile(next)
    setProblem(null)
  }

  async function sendFile() {
    setBusy(true)
    setProblem(null)
    try {
      const told = await send(file!.text)
      await queries.invalidateQueries()
      void message.success(told)
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
      <Modal open={file !== null} width={900} title={file?.name} onCancel={() => show(null)} onOk={() => void sendFile()} okText={submit(rows.length)} okButtonProps={{ loading: busy, disabled: rows.length === 0 }} cancelText={t('Cancel')}>
        <Flex vertical gap="small">
          <Typography.Text type="secondary">{t('Columns:')} <code>{columns}</code>. {t(hint)}</Typography.Text>
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

/** A file as the body of a request that the contract writes as text. */
export const csvBody = (text: string) => ({ body: text as never, bodySerializer: (body: unknown) => body as string, headers: { 'Content-Type': 'text/csv' } })
