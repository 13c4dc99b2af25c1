import type { ApiProblem } from '../api/client'
import { i18n, type Text, type Translate } from './i18n'

/** What the API's codes say to a reader; of others its own detail is shown. */
const codes: Record<string, Text> = {
  'validation': 'Some fields need another value.',
  'forbidden': 'Your role may not do this.',
  'not_found': 'There is nothing at this address.',
  'unauthenticated': 'Your session is over: sign in again.',
  'rate_limited': 'Too many requests at once: try again in a moment.',
  'internal': 'Something failed on the server; nothing was changed.',
  'session.refused': 'User name or password is wrong, or the login is locked for some minutes.',
  'session.request_token': 'Your session has changed: load the page again.',
  'quote.expired': 'The quote has expired: ask for another.',
  'quote.used': 'The quote was already ordered.',
  'capacity.taken': 'Somebody was faster: the capacity is gone. Ask for another quote.',
  'deposit.insufficient': 'The deposit doesn’t cover this order.',
}

export function problemText(problem: ApiProblem, t: Translate): string {
  const text = codes[problem.code]
  return text ? t(text) : problem.message
}

/** The API's words about a field, in the reader's language where they are known. */
export function messageText(text: string, t: Translate): string {
  return i18n.exists(text) ? t(text as Text) : text
}
