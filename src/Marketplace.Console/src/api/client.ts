import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './schema'

/** A schema of the contract, by its name there. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

export type Session = Schema<'SessionAnswer'>
export type Role = NonNullable<Schema<'Role'>>

/** A problem document (RFC 9457) with the marketplace's stable code. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** What is wrong, by the field's path in the request. */
    readonly errors: Record<string, string[]> = {},
    readonly traceId?: string,
  ) {
    super(detail)
  }
}

/** What goes with every request; set by signing in. */
export const credentials: { requestToken: string | null; accessToken: (() => Promise<string | null>) | null } = { requestToken: null, accessToken: null }

/** Told when an answer says that nobody is signed in any more. */
export const signedOut = new EventTarget()

/** What an answer that isn't a success says. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const problem = await response.json().catch(() => ({})) as { code?: string; detail?: string; errors?: Record<string, string[]>; traceId?: string }
  return new ApiProblem(response.status, problem.code ?? `http.${response.status}`, problem.detail ?? response.statusText, problem.errors, problem.traceId)
}

const marketplace: Middleware = {
  async onRequest({ request }) {
    const token = await credentials.accessToken?.()
    if (token) {
      request.headers.set('Authorization', `Bearer ${token}`)
    } else if (credentials.requestToken && request.method !== 'GET') {
      request.headers.set('X-Request-Token', credentials.requestToken)
    }
    return request
  },
  async onResponse({ request, response }) {
    if (response.ok) {
      return response
    }
    const problem = await problemOf(response)
    if (problem.code === 'unauthenticated' && !request.url.endsWith('/v1/session')) {
      signedOut.dispatchEvent(new Event('signedOut'))
    }
    throw problem
  },
}

export const api = createClient<paths>({ baseUrl: window.location.origin })
api.use(marketplace)

/** The body of an answer; anything but success was thrown before. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}

export type Page<Row> = { items: Row[]; next: string | null }
/** Which page, and in which order where the list takes one. */
export type PageQuery = { limit?: string; cursor?: string; sort?: string }

/** Every row of a list, page after page. */
export async function everything<Row>(load: (page: PageQuery) => Promise<Page<Row>>, onRows?: (count: number) => void, sort?: string): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  do {
    const page = await load({ limit: '500', cursor, sort })
    rows.push(...page.items)
    onRows?.(rows.length)
    cursor = page.next ?? undefined
  } while (cursor)
  return rows
}
