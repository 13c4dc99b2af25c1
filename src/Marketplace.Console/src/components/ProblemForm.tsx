import { Button, Flex, Form, Input, type FormInstance } from 'antd'
import { useState, type ReactNode } from 'react'
import { ApiProblem } from '../api/client'
import { placeErrors, type FieldPath } from '../format/errors'
import { useT, type Text } from '../i18n/i18n'
import { messageText } from '../i18n/problems'
import { ProblemAlert } from './ProblemAlert'

type Props<Values> = {
  onSubmit: (values: Values) => Promise<unknown>
  submit: Text
  initialValues?: object
  children: ReactNode
  form?: FormInstance
  extra?: ReactNode
  onValuesChange?: (values: Values) => void
  danger?: boolean
}

/** A form whose errors are the API's: each stands at its field, what has none stands above. */
export function ProblemForm<Values extends object>({ onSubmit, submit, initialValues, children, form: given, extra, onValuesChange, danger }: Props<Values>) {
  const t = useT()
  const [own] = Form.useForm()
  const form = given ?? own
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [rest, setRest] = useState<string[]>([])
  const [busy, setBusy] = useState(false)

  async function send(values: Values) {
    setBusy(true)
    setProblem(null)
    try {
      await onSubmit(values)
    } catch (error) {
      if (!(error instanceof ApiProblem)) {
        throw error
      }
      const known = form.getFieldsError().map(field => field.name as FieldPath)
      const { placed, rest: left } = placeErrors(error.errors, known)
      form.setFields(placed.map(field => ({ name: field.name as never, errors: field.errors.map(text => messageText(text, t)) })))
      if (placed[0]) {
        form.scrollToField(placed[0].name as never, { focus: true })
      }
      setProblem(error)
      setRest(left)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={initialValues} onFinish={send} onValuesChange={(_, values) => onValuesChange?.(values as Values)} scrollToFirstError={{ focus: true }}>
      {problem && <div className="form-problem"><ProblemAlert problem={problem} fields={rest} /></div>}
      {children}
      <Flex gap="small" wrap align="center">
        <Button type="primary" danger={danger} htmlType="submit" loading={busy}>{t(submit)}</Button>
        {extra}
      </Flex>
    </Form>
  )
}

export type FieldProps = { name: string | FieldPath; label: Text; help?: Text; required?: boolean; placeholder?: string; disabled?: boolean }

export function Item({ name, label, help, required, children, valuePropName }: FieldProps & { children: ReactNode; valuePropName?: string }) {
  const t = useT()
  return (
    <Form.Item name={name} label={t(label)} extra={help && t(help)} valuePropName={valuePropName} rules={required ? [{ required: true, message: t('is required') }] : undefined}>
      {children}
    </Form.Item>
  )
}

export const TextField = ({ placeholder, disabled, password, ...field }: FieldProps & { password?: boolean }) =>
  <Item {...field}>{password ? <Input.Password autoComplete="current-password" /> : <Input placeholder={placeholder} disabled={disabled} autoComplete="off" />}</Item>

/** It doesn't grow as one types: that takes inline styles, which the content security policy refuses. */
export const NoteField = (field: FieldProps) => <Item {...field}><Input.TextArea rows={3} /></Item>

/** A decimal that stays the string it was typed as: the API takes no rounding from here. */
export const DecimalField = ({ placeholder, unit, ...field }: FieldProps & { unit?: string }) =>
  <Item {...field}><Input inputMode="decimal" placeholder={placeholder} prefix={unit} autoComplete="off" /></Item>
