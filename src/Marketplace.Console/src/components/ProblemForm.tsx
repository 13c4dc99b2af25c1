import { Button, Flex, Form, Input, InputNumber, Select, Switch, DatePicker, type FormInstance } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
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

type FieldProps = { name: string | FieldPath; label: Text; help?: Text; required?: boolean; placeholder?: string; disabled?: boolean }

function Item({ name, label, help, required, children, valuePropName }: FieldProps & { children: ReactNode; valuePropName?: string }) {
  const t = useT()
  return (
    <Form.Item name={name} label={t(label)} extra={help && t(help)} valuePropName={valuePropName} rules={required ? [{ required: true, message: t('is required') }] : undefined}>
      {children}
    </Form.Item>
  )
}

export const TextField = ({ placeholder, disabled, password, ...field }: FieldProps & { password?: boolean }) =>
  <Item {...field}>{password ? <Input.Password autoComplete="current-password" /> : <Input placeholder={placeholder} disabled={disabled} autoComplete="off" />}</Item>

export const NoteField = (field: FieldProps) => <Item {...field}><Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} /></Item>

/** A decimal that stays the string it was typed as: the API takes no rounding from here. */
export const DecimalField = ({ placeholder, unit, ...field }: FieldProps & { unit?: string }) =>
  <Item {...field}><Input inputMode="decimal" placeholder={placeholder} prefix={unit} autoComplete="off" /></Item>

export const NumberField = ({ min, max, unit, ...field }: FieldProps & { min?: number; max?: number; unit?: string }) =>
  <Item {...field}><InputNumber min={min} max={max} suffix={unit} className="wide" /></Item>

export const SwitchField = (field: FieldProps) => <Item {...field} valuePropName="checked"><Switch /></Item>

export function SelectField({ options, many, clear = true, ...field }: FieldProps & { options: { value: string; label: string }[]; many?: boolean | 'free'; clear?: boolean }) {
  return (
    <Item {...field}>
      <Select options={options} mode={many === 'free' ? 'tags' : many ? 'multiple' : undefined} allowClear={clear && !field.required} placeholder={field.placeholder} showSearch={options.length > 8 ? { optionFilterProp: 'label' } : undefined} />
    </Item>
  )
}

/** An hour of the market's clock, picked as what its clock on the wall shows. */
export const HourField = (field: FieldProps) =>
  <Item {...field}><DatePicker showTime={{ format: 'HH:00' }} format="YYYY-MM-DD HH:00" className="wide" /></Item>

export const DayField = (field: FieldProps) => <Item {...field}><DatePicker className="wide" /></Item>

/** A day that stays the text that the API writes. */
export function DayTextField({ name, label, help }: FieldProps) {
  const t = useT()
  return (
    <Form.Item name={name} label={t(label)} extra={help && t(help)} getValueProps={(day: string | null | undefined) => ({ value: day ? dayjs(day) : null })} normalize={(day: Dayjs | null) => dayText(day)}>
      <DatePicker className="wide" />
    </Form.Item>
  )
}

export const MonthField = (field: FieldProps) => <Item {...field}><DatePicker picker="month" className="wide" /></Item>

export const dayText = (day: Dayjs | null | undefined) => day ? day.format('YYYY-MM-DD') : null
export const monthText = (day: Dayjs | null | undefined) => day ? day.format('YYYY-MM') : null
