import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Flex, Form, Typography } from 'antd'
import type { ReactNode } from 'react'
import type { FieldPath } from '../format/errors'
import { useT } from '../i18n/i18n'

/** Fields of which there are as many rows as somebody adds. */
export function FieldRows({ path, title, add, children }: { path: FieldPath; title: string; add: string; children: (at: number) => ReactNode }) {
  const t = useT()
  return (
    <Form.List name={path}>{(fields, operations) => (
      <>
        <Typography.Paragraph strong>{title}</Typography.Paragraph>
        {fields.map(({ key, name }) => (
          <Flex key={key} gap="small" align="start">
            <div style={{ flex: 1, minWidth: 0 }}>{children(name)}</div>
            <Button icon={<DeleteOutlined />} aria-label={t('Remove')} onClick={() => operations.remove(name)} style={{ marginTop: 30 }} />
          </Flex>
        ))}
        <Form.Item><Button icon={<PlusOutlined />} onClick={() => operations.add({})}>{add}</Button></Form.Item>
      </>
    )}</Form.List>
  )
}
