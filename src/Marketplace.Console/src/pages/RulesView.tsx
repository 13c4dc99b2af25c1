import { Typography } from 'antd'
import type { Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { Facts, type Fact } from '../components/layout'
import { useT, type Translate } from '../i18n/i18n'
import { labelOf } from '../i18n/labels'
import { provinceOf } from './lists'
import { Table } from '../components/Table'

type Rules = Schema<'ProgrammeRules'>

const list = (names: readonly string[] | null | undefined, t: Translate) => names?.map(name => labelOf(name, t)).join(', ') || undefined

/** A programme's rules in words; what it doesn't rule on is left out. */
export function RulesView({ rules }: { rules: Rules }) {
  const t = useT()
  const format = useFormat()
  const places = (codes: readonly string[] | null | undefined) => codes?.map(code => `${provinceOf(code, format.language)} (${code})`).join(', ')
  const facts: Fact[] = [
    { title: 'Mode', raw: rules.mode, as: 'label' }, { title: 'Paid to', raw: rules.payee, as: 'label' }, { title: 'Share is taken of', raw: rules.base, as: 'label' },
    { title: 'For', raw: list(rules.applicant?.kinds, t) }, { title: 'In regions', raw: places(rules.applicant?.regions) }, { title: 'With one of the traits', raw: list(rules.applicant?.traitsAny, t) },
    { title: 'With all of the traits', raw: list(rules.applicant?.traitsAll, t) }, { title: 'With none of the traits', raw: list(rules.applicant?.traitsNone, t) },
    { title: 'Established within months', raw: rules.applicant?.establishedWithinMonths, as: 'number' }, { title: 'Providers in regions', raw: places(rules.provider?.regions) },
    { title: 'Models', raw: list(rules.scope?.accelerators, t) }, { title: 'Chips', raw: list(rules.scope?.origins, t) }, { title: 'Workloads', raw: list(rules.scope?.workloads, t) }, { title: 'Products', raw: list(rules.scope?.products, t) },
    { title: 'At most a voucher', raw: rules.caps?.perVoucher, as: 'money' }, { title: 'At most an applicant and year', raw: rules.caps?.perApplicantYear, as: 'money' },
    { title: 'At most an applicant', raw: rules.caps?.perApplicant, as: 'money' }, { title: 'At most an order', raw: rules.caps?.perOrder, as: 'money' },
    { title: 'At least an order', raw: rules.floors?.perOrder, as: 'money' }, { title: 'At least a voucher', raw: rules.floors?.perVoucher, as: 'money' },
    { title: 'Good for months', raw: rules.validity?.months, as: 'number' }, { title: 'Good until', raw: rules.validity?.until, as: 'day' },
    { title: 'Days of public notice', raw: rules.publicityDays, as: 'number' }, { title: 'Counted in', raw: rules.publicityCalendar, as: 'label' }, { title: 'Review steps', raw: list(rules.review, t) },
    { title: 'Beside other vouchers', raw: rules.stacking?.policy, as: 'label' }, { title: 'Group', raw: rules.stacking?.group }, { title: 'Priority', raw: rules.stacking?.priority, as: 'number' },
    { title: 'Ceiling on all public money', raw: rules.stacking?.publicMoneyCeiling, as: 'percent' }, { title: 'Related parties', raw: rules.relatedParties, as: 'label' }, { title: 'Resale', raw: rules.resale, as: 'label' },
    { title: 'Usage that isn’t attested', raw: rules.unattestedUsage, as: 'label' }, { title: 'Plausibility asked for', raw: rules.corroboration, as: 'label' },
    { title: 'Reward a card-hour', raw: rules.reward?.perCardHour, as: 'price' }, { title: 'A rejected claim falls on', raw: rules.rejectedClaim, as: 'label' },
  ]
  const rates = (rules.rates ?? []).map((rate, at) => ({ at, ratio: rate.ratio, when: conditionText(rate.when, t, places) }))
  return (
    <>
      {rates.length > 0 && (
        <Table size="small" rowKey="at" pagination={false} dataSource={rates} columns={[{ title: t('Where'), dataIndex: 'when' }, { title: t('Share'), align: 'end', render: (_, rate) => format.percent(rate.ratio) }]} />
      )}
      {rules.tiers?.map((tier, at) => <Typography.Paragraph key={at}>{t('up to {{amount}}: {{ratio}}', { amount: format.money(tier.upTo), ratio: format.percent(tier.ratio) })}</Typography.Paragraph>)}
      <Facts facts={facts.filter(fact => fact.raw != null && fact.raw !== '')} />
    </>
  )
}

function conditionText(when: Schema<'RateCondition'> | null | undefined, t: Translate, places: (codes: readonly string[] | null | undefined) => string | undefined): string {
  const parts = when && [list(when.origins, t), list(when.accelerators, t), list(when.workloads, t), list(when.products, t), places(when.regions), list(when.traitsAny, t)].filter(part => part)
  return parts && parts.length > 0 ? parts.join('; ') : t('Everything else')
}
