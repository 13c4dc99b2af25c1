import { createContext, use } from 'react'
import { answer, api, ApiProblem, credentials, type Role, type Schema, type Session } from '../api/client'
import type { Text } from '../i18n/i18n'

export type SignInSettings = Schema<'SignInSettings'>

type SignedIn = { session: Session; signOut: () => Promise<void> }

export const SessionContext = createContext<SignedIn | null>(null)

export function useSession(): SignedIn {
  const value = use(SessionContext)
  if (!value) {
    throw new Error('Nobody is signed in above this.')
  }
  return value
}

/** Whether the reader may do what only these roles do. Who only reads for an organization may do nothing. */
export function useMay(): (...roles: Role[]) => boolean {
  const { session } = useSession()
  return (...roles) => session.duty !== 'viewer' && roles.includes(session.role)
}

/** How a visit begins: with a session that there is already, or without one, and then why where a sign-in just failed. */
export type Visit = { session: Session | null; refusal?: Text }

export async function beginVisit(settings: SignInSettings): Promise<Visit> {
  if (settings.issuer) {
    const oidc = await import('./oidc')
    const signedIn = await oidc.resume(settings).catch(() => null)
    if (!signedIn) {
      return { session: null, refusal: signedIn === null ? 'The sign-in was not completed: try again.' : undefined }
    }
    credentials.accessToken = oidc.accessToken
  }
  try {
    return { session: keep(await answer(api.GET('/v1/session'))) }
  } catch (problem) {
    const stranger = problem instanceof ApiProblem && problem.code === 'forbidden'
    return { session: null, refusal: stranger ? 'You are signed in there, but have no role in this market. Ask its operator for one.' : undefined }
  }
}

export async function signIn(userName: string, password: string): Promise<Session> {
  return keep(await answer(api.POST('/v1/session', { body: { userName, password } })))!
}

export async function signOut(settings: SignInSettings) {
  if (settings.issuer) {
    const oidc = await import('./oidc')
    credentials.accessToken = null
    await oidc.leave()
  } else {
    await answer(api.DELETE('/v1/session'))
  }
  credentials.requestToken = null
}

function keep(session: Session | null): Session | null {
  credentials.requestToken = session?.requestToken ?? null
  return session
}
