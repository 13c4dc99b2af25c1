import { useQuery } from '@tanstack/react-query'
import { useFormat } from '../app/preferences'
import { DayTextField, NumberField, SelectField } from '../components/fields'
import { DecimalField, TextField } from '../components/ProblemForm'
import type { FieldPath } from '../format/errors'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'
import { traits } from '../i18n/words'
import { accelerators, provinceOptions } from './lists'
import type { RuleField } from './ruleFields'

/** One rule in a form, typed as what it is. */
export function RuleInput({ name, field: { label, as, options = [], words, placeholder, min } }: { name: FieldPath; field: RuleField }) {
  const t = useT()
  const { language } = useFormat()
  const models = useQuery(accelerators)
  const field = { name, label }
  switch (as) {
    case 'money':
    case 'price': return <DecimalField {...field} unit="¥" placeholder={placeholder} />
    case 'ratio': return <DecimalField {...field} placeholder={placeholder} />
    case 'number': return <NumberField {...field} min={min} />
    case 'day': return <DayTextField {...field} />
    case 'text': return <TextField {...field} />
    case 'one': return <SelectField {...field} options={words ? options.map(value => ({ value, label: t(words[value]!) })) : optionsOf(options, t)} />
    case 'many': return <SelectField {...field} many options={optionsOf(options, t)} />
    case 'models': return <SelectField {...field} many options={(models.data?.items ?? []).map(item => ({ value: item.model, label: item.model }))} />
    case 'places': return <SelectField {...field} many="free" options={provinceOptions(language)} />
    case 'traits': return <SelectField {...field} many="free" options={Object.entries(traits).map(([value, text]) => ({ value, label: t(text) }))} />
    case 'names': return <SelectField {...field} many="free" options={[]} />
  }
}
