import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useEffect, useState } from 'react'
import { useT, type Text } from '../i18n/i18n'
import { useFilter } from './filters'
import { Item, type FieldProps } from './ProblemForm'

export type Choice = { value: string; label: string }

/** A list of the API to choose from, which may be long: it finds by a part of the name, and names what is chosen already. */
export type Source = { key: string; find: (name: string) => Promise<{ choices: Choice[]; more: boolean }>; nameOf: (value: string) => Promise<string | null> }

/** So long a pause in typing asks the API. */
const pause = 250

type Props = { source: Source; value?: string; onChange?: (value: string | undefined) => void; id?: string; className?: string; placeholder?: string; 'aria-label'?: string }

/** Chooses one of a list by typing a part of its name. */
export function Picker({ source, value, onChange, className = 'wide', ...rest }: Props) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const sought = useSettled(typed.trim())
  const found = useQuery({ queryKey: ['choices', source.key, sought], queryFn: () => source.find(sought), enabled: open, staleTime: 30_000 })
  const name = useQuery({ queryKey: ['chosen', source.key, value], queryFn: () => source.nameOf(value!), enabled: !!value, staleTime: Infinity })
  // What was found for less than is typed by now is no choice: Enter would take it.
  const fits = typed.trim() === sought && !!found.data
  return (
    <Select<Choice>
      {...rest}
      className={className}
      allowClear
      labelInValue
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={open && !fits}
      value={value ? { value, label: name.data ?? value.slice(-8) } : undefined}
      options={fits ? found.data.choices : []}
      onOpenChange={opened => { setOpen(opened); setTyped('') }}
      onChange={(choice: Choice | undefined) => onChange?.(choice?.value)}
      notFoundContent={fits ? t('Nothing has this in its name.') : t('Looking…')}
      popupRender={menu => <>{menu}{fits && found.data.more && <div className="picker-more">{t('There are more: type a part of the name.')}</div>}</>}
    />
  )
}

/** A filter of a list by one of another. */
export function PickerFilter({ name, label, source }: { name: string; label: Text; source: Source }) {
  const t = useT()
  const [value, set] = useFilter(name)
  return <Picker source={source} value={value} onChange={set} className="filter" aria-label={t(label)} placeholder={t(label)} />
}

export const PickerField = ({ source, placeholder, ...field }: FieldProps & { source: Source }) => <Item {...field}><Picker source={source} placeholder={placeholder} /></Item>

/** A text once it has stood for a while. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pause)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
