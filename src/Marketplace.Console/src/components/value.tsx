import { Badge, Typography } from 'antd'
import type { ReactNode } from 'react'
import { useName, useProgrammeName } from '../api/names'
import { useFormat } from '../app/preferences'
import type { Formatter } from '../format/format'
import { useT, type Translate } from '../i18n/i18n'
import { labelOf, toneOf } from '../i18n/labels'

/** How a value of an answer is written; a note is a text that may be long. */
export type Kind = 'text' | 'note' | 'money' | 'price' | 'number' | 'hours' | 'percent' | 'instant' | 'day' | 'month' | 'label' | 'status' | 'name' | 'programme' | 'id' | 'boolean'

export type Raw = string | number | boolean | null | undefined

const right: Kind[] = ['money', 'price', 'number', 'hours', 'percent']

export const alignOf = (kind: Kind) => right.includes(kind) ? 'end' as const : 'start' as const

/** The end of an id tells it from others; a code that somebody chose is short enough. */
const shortId = (id: string) => id.length > 24 ? id.slice(-8) : id

/** A value as text, as far as it can be told without asking the API. */
export function textOf(raw: Raw, kind: Kind, format: Formatter, t: Translate): string {
  if (raw == null || raw === '') {
    return '–'
  }
  switch (kind) {
    case 'money': return format.money(String(raw))
    case 'price': return format.price(String(raw))
    case 'number': return format.number(raw as string | number)
    case 'hours': return format.hours(raw as string | number)
    case 'percent': return format.percent(raw as string | number)
    case 'instant': return format.instant(String(raw))
    case 'day': return format.day(String(raw))
    case 'month': return format.month(String(raw))
    case 'label':
    case 'status': return labelOf(String(raw), t)
    case 'boolean': return raw ? t('Yes') : t('No')
    case 'id': return shortId(String(raw))
    default: return String(raw)
  }
}

export function Name({ id }: { id: string | null | undefined }) {
  return <>{useName(id) || '–'}</>
}

/** Two values in one cell, the second less weighty unless they are even, where a column each would be one too many. */
export function Two({ first, second, even }: { first: ReactNode; second: ReactNode; even?: boolean }) {
  return <>{first}<br /><Typography.Text type={even ? undefined : 'secondary'}>{second}</Typography.Text></>
}

export function ProgrammeName({ code }: { code: string | null | undefined }) {
  return <>{useProgrammeName(code) || '–'}</>
}

/** A value of an answer as the reader's language writes it. */
export function Value({ raw, kind = 'text' }: { raw: Raw; kind?: Kind }): ReactNode {
  const format = useFormat()
  const t = useT()
  if (kind === 'name') {
    return <Name id={raw as string} />
  }
  if (kind === 'programme') {
    return <ProgrammeName code={raw as string} />
  }
  const text = textOf(raw, kind, format, t)
  if (kind === 'status' && raw != null) {
    return <Badge status={toneOf(String(raw))} text={text} />
  }
  return kind === 'id' && raw ? <Typography.Text code copyable={{ text: String(raw), tooltips: false, tabIndex: 0 }}>{text}</Typography.Text> : text
}
