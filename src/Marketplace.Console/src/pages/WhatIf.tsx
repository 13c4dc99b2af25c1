import { Form, Typography } from 'antd'
import type { Dayjs } from 'dayjs'
import { useMemo } from 'react'
import { useLocation } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { startTask, useTask } from '../app/tasks'
import { Chart } from '../components/Chart'
import { Figures, Panel } from '../components/layout'
import { Nothing } from '../components/Nothing'
import { DayField } from '../components/fields'
import { ProblemForm } from '../components/ProblemForm'
import { TaskStatus } from '../components/Waiting'
import { fen, instantAt, monthsBetween } from '../format/format'
import { useT } from '../i18n/i18n'
import { refusals as rules, wordsOf } from '../i18n/words'
import { spentOverTime } from './rules'
import { Table } from '../components/Table'

type Result = { answered: Schema<'SimulationAnswer'>; budget?: string | null; from: string; to: string }

/** What the rules as they stand in the form would have paid of past orders, beside the budget. It changes nothing. */
export function WhatIf({ values }: { values: () => { rules: Schema<'ProgrammeRules'>; budget?: string | null } }) {
  const t = useT()
  const format = useFormat()
  const [form] = Form.useForm<{ from: Dayjs; to: Dayjs }>()
  // One programme's result isn't another's.
  const id = `what-if ${useLocation().pathname}`
  const task = useTask<Result>(id)
  return (
    <Panel title="What if">
      <ProblemForm<{ from: Dayjs; to: Dayjs }>
        form={form}
        submit="Try it on past orders"
        initialValues={{ from: format.clock().subtract(1, 'year'), to: format.clock() }}
        onSubmit={span => {
          const { rules, budget } = values()
          return Promise.resolve(startTask(id, 'What if', async (): Promise<Result> => ({
            answered: await answer(api.POST('/v1/programmes/simulations', { body: { rules, budget: budget || null, from: instantAt(span.from.startOf('day'), format.timeZone), to: instantAt(span.to.add(1, 'day').startOf('day'), format.timeZone) } })),
            budget,
            from: span.from.format('YYYY-MM'),
            to: span.to.format('YYYY-MM'),
          })))
        }}
      >
        <div className="form-grid"><DayField name="from" label="Orders from" required /><DayField name="to" label="Orders to" required /></div>
      </ProblemForm>
      <TaskStatus task={task} />
      {task.result ? <><Typography.Paragraph type="secondary">{t('Of the rules as they stood in the form at {{at}}', { at: format.instant(new Date(task.endedAt!).toISOString()) })}</Typography.Paragraph><Outcome result={task.result} /></> : !task.running && <Nothing>{t('See what the rules would have paid of past orders. Nothing is changed by it.')}</Nothing>}
    </Panel>
  )
}

function Outcome({ result }: { result: Result }) {
  const t = useT()
  const format = useFormat()
  const { answered } = result
  const option = useMemo(() => {
    const spent = spentOverTime(answered.byMonth as Record<string, string>, monthsBetween(result.from, result.to))
    const budget = fen(result.budget) / 100
    return {
      legend: { top: 0 },
      xAxis: { type: 'category', data: spent.map(month => format.month(month.month)) },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => format.shortMoney(value) } },
      series: [
        { name: t('Paid in the month'), type: 'bar', data: spent.map(month => month.paid) },
        { name: t('Paid up to it'), type: 'line', symbol: 'none', data: spent.map(month => month.total) },
        ...(budget > 0 ? [{ name: t('Budget'), type: 'line', symbol: 'none', lineStyle: { type: 'dashed' }, data: spent.map(() => budget) }] : []),
      ],
    }
  }, [answered, result, format, t])
  const refusals = Object.entries(answered.refusals).sort(([, a], [, b]) => b - a)
  return (
    <>
      <Figures figures={[
        { title: 'Orders looked at', raw: answered.orders, as: 'number' }, { title: 'Orders paid', raw: answered.ordersPaid, as: 'number' }, { title: 'Applicants', raw: answered.applicants, as: 'number' },
        { title: 'Volume', raw: answered.volume, as: 'money' }, { title: 'Would have paid', raw: answered.publicMoney, as: 'money' }, { title: 'Was paid then', raw: answered.paidThen, as: 'money' },
      ]} />
      {Object.keys(answered.byMonth).length > 0 && <Chart option={option} summary={t('Budget over time')} />}
      {refusals.length > 0 && (
        <Table size="small" rowKey="0" pagination={false} dataSource={refusals} columns={[{ title: t('Ruled out by'), render: (_, [rule]) => wordsOf(rules, rule, t) }, { title: t('Orders'), align: 'end', render: (_, [, count]) => format.number(count) }]} />
      )}
    </>
  )
}
