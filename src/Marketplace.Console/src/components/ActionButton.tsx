import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Modal, type ButtonProps } from 'antd'
import { useState, type ReactNode } from 'react'
import { useT, type Text } from '../i18n/i18n'
import { ProblemForm } from './ProblemForm'

type Props<Values> = {
  label: Text
  /** What the dialog says above its fields: what will happen. */
  explain?: Text
  fields?: ReactNode
  initialValues?: object
  onSubmit: (values: Values) => Promise<unknown>
  done?: Text
  danger?: boolean
  type?: ButtonProps['type']
  icon?: ReactNode
  width?: number
  size?: ButtonProps['size']
}

/** A button whose action needs some fields, or at least a second look; everything shown is read again after it. */
export function ActionButton<Values extends object = object>({ label, explain, fields, initialValues, onSubmit, done = 'Done.', danger, type, icon, width = 520, size }: Props<Values>) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const queries = useQueryClient()
  const { message } = App.useApp()
  return (
    <>
      <Button type={type} danger={danger} icon={icon && <span aria-hidden>{icon}</span>} size={size} onClick={() => setOpen(true)}>{t(label)}</Button>
      <Modal open={open} title={t(label)} footer={null} width={width} destroyOnHidden onCancel={() => setOpen(false)}>
        <ProblemForm<Values>
          submit={label}
          danger={danger}
          initialValues={initialValues}
          onSubmit={async values => {
            await onSubmit(values)
            setOpen(false)
            await queries.invalidateQueries()
            void message.success(t(done))
          }}
          extra={<Button onClick={() => setOpen(false)}>{t('Cancel')}</Button>}
        >
          {explain && <p>{t(explain)}</p>}
          {fields}
        </ProblemForm>
      </Modal>
    </>
  )
}
