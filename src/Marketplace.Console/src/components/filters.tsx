import { Input, Select } from 'antd'
import { useSearchParams } from 'react-router'
import { useT, type Text } from '../i18n/i18n'
import { labelOf } from '../i18n/labels'

/** Filters stand in the address, so that a page can be left, sent to somebody, and come back to. */
export function useFilter(name: string, otherwise?: string): [string | undefined, (value: string | undefined) => void] {
  const [params, setParams] = useSearchParams()
  const set = (value: string | undefined) => setParams(before => {
    const next = new URLSearchParams(before)
    if (value) {
      next.set(name, value)
    } else {
      next.delete(name)
    }
    return next
  }, { replace: true })
  return [params.get(name) ?? otherwise, set]
}

export function ChoiceFilter({ name, label, options, texts }: { name: string; label: Text; options?: readonly string[]; texts?: { value: string; label: string }[] }) {
  const t = useT()
  const [value, set] = useFilter(name)
  return (
    <Select
      allowClear
      className="filter"
      aria-label={t(label)}
      placeholder={t(label)}
      value={value}
      onChange={set}
      options={texts ?? options?.map(option => ({ value: option, label: labelOf(option, t) }))}
      showSearch={(texts?.length ?? 0) > 8 ? { optionFilterProp: 'label' } : undefined}
    />
  )
}

export function TextFilter({ name, label }: { name: string; label: Text }) {
  const t = useT()
  const [value, set] = useFilter(name)
  return <Input.Search allowClear className="filter" aria-label={t(label)} placeholder={t(label)} defaultValue={value} onSearch={text => set(text || undefined)} />
}
