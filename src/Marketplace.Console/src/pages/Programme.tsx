import { useQuery } from '@tanstack/react-query'
import { Button, Collapse } from 'antd'
import { useMemo } from 'react'
import { Link, useParams } from 'react-router'
import { answer, api, type ApiProblem, type Schema } from '../api/client'
import { useFormat } from '../app/preferences'
import { useSession } from '../app/session'
import { Chart } from '../components/Chart'
import { DayFilter } from '../components/dayFilters'
import { useFilter } from '../components/filters'
import { Facts, Figures, Loaded, PageBody, Panel } from '../components/layout'
import { ApplyButton } from './ApplyButton'
import { RulesView } from './RulesView'
import { fen } from '../format/format'
import { useT } from '../i18n/i18n'

type Programme = Schema<'ProgrammeAnswer'>

export default function ProgrammePage() {
  const t = useT()
  const { code = '' } = useParams()
  const { session } = useSession()
  const programme = useQuery<Programme, ApiProblem>({ queryKey: ['programme', code], queryFn: () => answer(api.GET('/v1/programmes/{code}', { params: { path: { code } } })) })
  const funds = session.role === 'admin' || (session.role === 'authority' && programme.data?.authorityId === session.organization.id)
  const sees = funds || session.role === 'auditor'
  return (
    <PageBody
      title={programme.data?.name ?? code}
      of={{ title: 'Programmes', path: '/programmes' }}
      actions={<>{session.role === 'enterprise' && programme.data && <ApplyButton programme={code} />}{funds && <Link to={`/programmes/${code}/edit`}><Button type="primary">{t('Change the rules')}</Button></Link>}</>}
    >
      <Loaded query={programme}>{found => (
        <>
          {sees && (
            <Figures figures={[
              { title: 'Budget', raw: found.budget, as: 'money' }, { title: 'Issued', raw: found.issued, as: 'money', to: `/vouchers?programme=${code}` }, { title: 'Redeemed', raw: found.redeemed, as: 'money' },
              { title: 'Claimed', raw: found.claimed, as: 'money', to: `/claims?programme=${code}` }, { title: 'Paid', raw: found.paid, as: 'money' }, { title: 'Remaining', raw: found.remaining, as: 'money' },
            ]} />
          )}
          <Panel><Facts facts={[{ title: 'Code', raw: found.code }, { title: 'Authority', raw: found.authorityId, as: 'name' }, { title: 'Version', raw: found.version, as: 'number' }]} /></Panel>
          {sees && <Board code={code} />}
          <Panel title="Rules">
            <RulesView rules={found.rules} />
            <Collapse ghost items={[{ key: 'raw', label: t('As the API has them'), children: <pre className="contract" tabIndex={0}>{JSON.stringify(found.rules, (_, value: unknown) => value ?? undefined, 2)}</pre> }]} />
          </Panel>
        </>
      )}</Loaded>
    </PageBody>
  )
}

/** How the budget burns down, by day. */
function Board({ code }: { code: string }) {
  const t = useT()
  const format = useFormat()
  const [from] = useFilter('from')
  const [to] = useFilter('to')
  const board = useQuery<Schema<'BoardAnswer'>, ApiProblem>({ queryKey: ['board', code, from, to], queryFn: () => answer(api.GET('/v1/programmes/{code}/board', { params: { path: { code }, query: { from, to } } })) })
  const option = useMemo(() => {
    const days = board.data?.days ?? []
    const series = [['Paid', 'paid'], ['Claimed', 'claimed'], ['Redeemed', 'redeemed'], ['Held', 'held'], ['Available', 'available'], ['Issued', 'issued']] as const
    return {
      legend: { top: 0, type: 'scroll' },
      xAxis: { type: 'category', data: days.map(day => format.day(day.day)), axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => format.shortMoney(value) } },
      series: series.map(([title, field]) => ({ name: t(title), type: 'line', symbol: 'none', step: 'end', data: days.map(day => fen(day[field]) / 100) })),
    }
  }, [board.data, format, t])
  return (
    <Panel title="What became of the money, by day" extra={<><DayFilter name="from" label="From" /> <DayFilter name="to" label="To" /></>}>
      <Loaded query={board}>{found => <Chart option={option} height={320} summary={t('Vouchers issued, available, held, redeemed, claimed and paid from {{from}} to {{to}}', { from: format.day(found.from), to: format.day(found.to) })} />}</Loaded>
    </Panel>
  )
}
