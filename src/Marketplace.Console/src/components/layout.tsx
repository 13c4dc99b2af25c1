import { Breadcrumb, Card, Descriptions, Flex, Skeleton, Statistic, Typography } from 'antd'
import { useEffect, type ReactNode } from 'react'
import { Link } from 'react-router'
import type { ApiProblem } from '../api/client'
import { useT, type Text } from '../i18n/i18n'
import { ProblemAlert } from './ProblemAlert'
import { Value, type Kind, type Raw } from './value'

/** A page: its title, where it hangs, what can be done on it. */
export function PageBody({ title, of, subtitle, actions, children }: { title: string; of?: { title: Text; path: string }; subtitle?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const t = useT()
  useEffect(() => {
    document.title = `${title} · ${t('Compute-voucher marketplace')}`
  }, [title, t])
  return (
    <Flex vertical gap="middle" className="page">
      {of && <Breadcrumb items={[{ title: <Link to={of.path}>{t(of.title)}</Link> }, { title }]} />}
      <Flex wrap gap="small" justify="space-between" align="center">
        <div>
          <Typography.Title level={1} className="page-title">{title}</Typography.Title>
          {subtitle && <Typography.Text type="secondary">{subtitle}</Typography.Text>}
        </div>
        <Flex gap="small" wrap>{actions}</Flex>
      </Flex>
      {children}
    </Flex>
  )
}

export function Panel({ title, extra, children }: { title?: Text; extra?: ReactNode; children: ReactNode }) {
  const t = useT()
  return <Card size="small" title={title && <h2 className="panel-title">{t(title)}</h2>} extra={extra} className="panel">{children}</Card>
}

export type Fact = { title: Text; raw?: Raw; as?: Kind; show?: ReactNode }

/** The fields of one thing. */
export function Facts({ facts, columns = 3 }: { facts: Fact[]; columns?: number }) {
  const t = useT()
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, sm: 2, lg: columns }}
      items={facts.map(fact => ({ key: fact.title, label: t(fact.title), children: fact.show ?? <Value raw={fact.raw} kind={fact.as} /> }))}
    />
  )
}

/** Figures side by side, the first things that a reader looks for. */
export function Figures({ figures }: { figures: (Fact & { to?: string })[] }) {
  const t = useT()
  return (
    <div className="figures">
      {figures.map(figure => {
        const card = <Card size="small" hoverable={!!figure.to}><Statistic title={t(figure.title)} valueRender={() => figure.show ?? <Value raw={figure.raw} kind={figure.as} />} /></Card>
        return figure.to ? <Link key={figure.title} to={figure.to}>{card}</Link> : <div key={figure.title}>{card}</div>
      })}
    </div>
  )
}

/** What a query has: its answer, its problem, or that it is on its way. */
export function Loaded<T>({ query, children }: { query: { data?: T; error: ApiProblem | null }; children: (data: T) => ReactNode }) {
  if (query.error) {
    return <ProblemAlert problem={query.error} />
  }
  return query.data === undefined ? <Skeleton active /> : children(query.data)
}
