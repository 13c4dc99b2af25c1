import { UserManager } from 'oidc-client-ts'
import type { SignInSettings } from './session'

/** Authorization code with PKCE against the configured issuer. Tokens stay in this tab's session storage. */
let manager: UserManager

function start(settings: SignInSettings) {
  manager ??= new UserManager({
    authority: settings.issuer!,
    client_id: settings.clientId!,
    scope: settings.scope!,
    redirect_uri: `${location.origin}/signed-in`,
    post_logout_redirect_uri: `${location.origin}/`,
    automaticSilentRenew: true,
  })
}

/** Takes up a sign-in that just came back or that this tab has; false where there is none. It throws where one came back and failed. */
export async function resume(settings: SignInSettings): Promise<boolean> {
  start(settings)
  if (location.pathname === '/signed-in') {
    const user = await manager.signinCallback().finally(() => history.replaceState(null, '', '/'))
    if (typeof user?.state === 'string') {
      history.replaceState(null, '', user.state)
    }
  }
  return await accessToken() !== null
}

export async function begin(settings: SignInSettings) {
  start(settings)
  await manager.signinRedirect({ state: location.pathname + location.search })
}

export async function accessToken(): Promise<string | null> {
  const user = await manager.getUser()
  return user && !user.expired ? user.access_token : null
}

export async function leave() {
  await manager.signoutRedirect().catch(() => manager.removeUser())
}
