import { Typography } from 'antd'
import type { Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { Facts, type Fact } from '../components/layout'
import { Table } from '../components/Table'
import type { Formatter } from '../format/format'
import { useT, type Translate } from '../i18n/i18n'
import { labelOf } from '../i18n/labels'
import { traits, wordsOf } from '../i18n/words'
import { provinceOf } from './lists'
import { conditionFields, ruleAt, ruleFields, type RuleField, type Rules } from './ruleFields'

/** A programme's rules in words; what it doesn't rule on is left out. */
export function RulesView({ rules }: { rules: Rules }) {
  const t = useT()
  const format = useFormat()
  const told = Object.entries(ruleFields).map(([path, field]) => ({ title: field.label, raw: ruleText(field, ruleAt(rules, path), format, t) }))
  const rates = (rules.rates ?? []).map((rate, at) => ({ at, ratio: rate.ratio, when: conditionText(rate.when, format, t) ?? (at > 0 ? t('Everything else') : t('Everything')) }))
  return (
    <>
      {rates.length > 0 && (
        <Table size="small" rowKey="at" pagination={false} dataSource={rates} columns={[{ title: t('Where'), dataIndex: 'when' }, { title: t('Share'), align: 'end', render: (_, rate) => format.percent(rate.ratio) }]} />
      )}
      {rules.tiers?.map((tier, at) => (
        <Typography.Paragraph key={at}>{tier.upTo == null ? t('above that: {{ratio}}', { ratio: format.percent(tier.ratio) }) : t('up to {{amount}}: {{ratio}}', { amount: format.money(tier.upTo), ratio: format.percent(tier.ratio) })}</Typography.Paragraph>
      ))}
      <Facts facts={told.filter((fact): fact is Fact & { raw: string } => fact.raw !== undefined)} />
      {rules.funding?.funders?.map(funder => <Typography.Paragraph key={funder.name}>{t('{{name}} bears {{ratio}}', { name: funder.name ?? '', ratio: format.percent(funder.ratio) })}</Typography.Paragraph>)}
    </>
  )
}

/** A rule as the reader's language writes it; nothing where the programme doesn't rule on it. */
export function ruleText({ as, words }: RuleField, value: unknown, format: Formatter, t: Translate): string | undefined {
  if (value == null || value === '' || (Array.isArray(value) && value.length === 0)) {
    return undefined
  }
  const each = (tell: (item: string) => string) => [value].flat().map(item => tell(String(item))).join(', ')
  switch (as) {
    case 'money': return each(format.money)
    case 'price': return each(format.price)
    case 'ratio': return each(format.percent)
    case 'number': return each(format.number)
    case 'day': return each(format.day)
    case 'one':
    case 'many': return each(item => words?.[item] ? t(words[item]) : labelOf(item, t))
    case 'places': return each(code => `${provinceOf(code, format.language)} (${code})`)
    case 'traits': return each(trait => wordsOf(traits, trait, t))
    default: return each(item => item)
  }
}

function conditionText(when: Schema<'RateCondition'> | null | undefined, format: Formatter, t: Translate): string | undefined {
  const parts = Object.entries(conditionFields).map(([name, field]) => [field, ruleText(field, when?.[name as keyof typeof conditionFields], format, t)] as const).filter(([, text]) => text)
  return parts.length > 0 ? parts.map(([field, text]) => `${t(field.label)}: ${text}`).join('; ') : undefined
}
