import { Link } from 'react-router'
import { pages } from '../app/pages'
import { useSession } from '../app/session'
import { useT } from '../i18n/i18n'
import { subjects, wordsOf } from '../i18n/words'
import { pathOf } from './subjects'
import { Value } from './value'

/** What an entry or a flag is about: its kind in words, and its page where the reader has one. */
export function Subject({ type, id }: { type: string; id: string }) {
  const t = useT()
  const { session } = useSession()
  const path = pathOf(type, id, pages.filter(page => page.roles.includes(session.role)))
  const name = wordsOf(subjects, type, t)
  return path ? <Link to={path}>{name} {id.length > 24 ? id.slice(0, 32).slice(-8) : id}</Link> : <>{name} <Value raw={id} kind="id" /></>
}
