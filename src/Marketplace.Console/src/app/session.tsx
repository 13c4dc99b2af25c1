import { createContext, use } from 'react'
import { answer, api, credentials, type Schema, type Session } from '../api/client'

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

/** The session that there is already, or null. */
export async function currentSession(settings: SignInSettings): Promise<Session | null> {
  if (settings.issuer) {
    const oidc = await import('./oidc')
    if (!await oidc.resume(settings)) {
      return null
    }
    credentials.accessToken = oidc.accessToken
  }
  return keep(await answer(api.GET('/v1/session')).catch(() => null))
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
