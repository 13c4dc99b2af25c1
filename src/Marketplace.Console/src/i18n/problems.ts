import type { ApiProblem } from '../api/client'
import { i18n, type Text, type Translate } from './i18n'

/** Problems that the console says in words of its own, for readers who don't know the API. */
export const own: Record<string, Text> = {
  'validation': 'Some fields need another value.',
  'forbidden': 'Your role may not do this.',
  'not_found': 'There is nothing at this address.',
  'unauthenticated': 'Your session is over: sign in again.',
  'rate_limited': 'Too many requests at once: try again in a moment.',
  'internal': 'Something failed on the server; nothing was changed.',
  'session.refused': 'User name or password is wrong, or the login is locked for some minutes.',
  'session.request_token': 'Your session has changed: load the page again.',
}

/** A code of the API's in the reader's language; in English, its own detail. */
export function codeText(code: string, detail: string): string {
  return i18n.exists(code, { ns: 'codes' }) ? i18n.t(code, { ns: 'codes' }) : detail
}

export function problemText(problem: ApiProblem, t: Translate): string {
  const text = own[problem.code]
  return text ? t(text) : codeText(problem.code, problem.message)
}

/** The API's words about a field, in the reader's language where they are known; numbers in them are whatever they are. */
export function messageText(text: string, t: Translate): string {
  const numbers: string[] = []
  const pattern = text.replace(/\d+(\.\d+)?/g, number => `{{n${numbers.push(number)}}}`)
  const known = [text, pattern].find(candidate => i18n.exists(candidate))
  return known ? t(known as Text, Object.fromEntries(numbers.map((number, at) => [`n${at + 1}`, number]))) : text
}
