import { DatePicker, Form, InputNumber, Select, Switch } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useT } from '../i18n/i18n'
import { Item, type FieldProps } from './ProblemForm'

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
