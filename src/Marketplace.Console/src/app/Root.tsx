import { useQueryClient } from '@tanstack/react-query'
import { Skeleton } from 'antd'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useNavigate } from 'react-router'
import { signedOut } from '../api/client'
import { SessionContext, signOut, type SignInSettings, type Visit } from './session'
import { forgetTasks, resumeTasks } from './tasks'

// Each visit paints one of them first, and shouldn't wait for the other.
const Shell = lazy(() => import('./Shell'))
const SignInPage = lazy(() => import('./SignInPage'))

export function Root({ settings, visit }: { settings: SignInSettings; visit: Visit }) {
  const [session, setSession] = useState(visit.session)
  const queries = useQueryClient()
  const navigate = useNavigate()
  useEffect(() => session ? resumeTasks(session) : forgetTasks(), [session])
  const value = useMemo(() => session && {
    session,
    signOut: async () => {
      await signOut(settings)
      queries.clear()
      setSession(null)
      await navigate('/')
    },
  }, [session, settings, queries, navigate])

  useEffect(() => {
    const leave = () => {
      queries.clear()
      setSession(null)
    }
    signedOut.addEventListener('signedOut', leave)
    return () => signedOut.removeEventListener('signedOut', leave)
  }, [queries])

  return (
    <Suspense fallback={<Skeleton active />}>
      {value ? <SessionContext value={value}><Shell /></SessionContext> : <SignInPage settings={settings} refusal={visit.refusal} onSignedIn={setSession} />}
    </Suspense>
  )
}
