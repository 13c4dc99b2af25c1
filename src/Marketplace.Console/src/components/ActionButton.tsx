import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Modal, type ButtonProps } from 'antd'
import { useRef, useState, type ReactNode } from 'react'
import { useSession } from '../app/session'
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

/** Whether an answer says that nothing was done yet: a second administrator has to approve it. */
const isProposal = (answer: unknown) => typeof answer === 'object' && answer !== null && 'proposedBy' in answer && 'status' in answer && answer.status === 'open'

/** A form begins at its first field, where that is one to type into; one of days would open its calendar. */
function focusFirst(form: HTMLElement | null) {
  const first = form?.querySelector<HTMLElement>('input, textarea')
  if (first && !first.closest('.ant-picker, .ant-select')) {
    first.focus()
  }
}

/** How long a dialog takes to leave and give the focus back, in milliseconds. */
const leaving = 400

/** Where the button is gone with what it did, a reader by keyboard goes on from the page's content. */
function keepFocus() {
  if (document.activeElement === document.body) {
    document.getElementById('content')?.focus({ preventScroll: true })
  }
}

/**
 * A button whose action needs some fields, or at least a second look; everything shown is read again after it. Who only reads for
 * their organization has none.
 */
export function ActionButton<Values extends object = object>({ label, explain, fields, initialValues, onSubmit, done: doneText = 'Done.', danger, type, icon, width = 520, size }: Props<Values>) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const body = useRef<HTMLDivElement>(null)
  const queries = useQueryClient()
  const { message } = App.useApp()
  const { session } = useSession()
  if (session.duty === 'viewer') {
    return null
  }
  return (
    <>
      <Button type={type} danger={danger} icon={icon && <span aria-hidden>{icon}</span>} size={size} aria-haspopup="dialog" onClick={() => setOpen(true)}>{t(label)}</Button>
      <Modal open={open} title={t(label)} footer={null} width={width} destroyOnHidden onCancel={() => setOpen(false)} afterOpenChange={shown => shown && focusFirst(body.current)}>
        <div ref={body}><ProblemForm<Values>
          submit={label}
          danger={danger}
          initialValues={initialValues}
          onSubmit={async values => {
            const answered = await onSubmit(values)
            setOpen(false)
            await queries.invalidateQueries()
            setTimeout(keepFocus, leaving)
            void (isProposal(answered) ? message.info(t('Nothing is done yet: a second administrator has to approve it.'), 6) : message.success(t(doneText)))
          }}
          extra={<Button onClick={() => setOpen(false)}>{t('Cancel')}</Button>}
        >
          {explain && <p>{t(explain)}</p>}
          {fields}
        </ProblemForm></div>
      </Modal>
    </>
  )
}
