import { App } from 'antd'
import type { ReactNode } from 'react'
import { ApiProblem, credentials, problemOf } from '../api/client'
import { save } from '../format/csv'
import { useT } from '../i18n/i18n'
import { problemText } from '../i18n/problems'

/** A file of the API's. A session's cookie goes with a link; a token doesn't, so with one the file is asked for and saved. */
export function FileLink({ href, name, children }: { href: string; name: string; children: ReactNode }) {
  const t = useT()
  const { message } = App.useApp()

  async function fetchFile() {
    try {
      const response = await fetch(href, { headers: { Authorization: `Bearer ${await credentials.accessToken!()}` } })
      if (!response.ok) {
        throw await problemOf(response)
      }
      save(name, await response.blob())
    } catch (problem) {
      void message.error(t('The file couldn’t be loaded: {{reason}}', { reason: problem instanceof ApiProblem ? problemText(problem, t) : String(problem) }))
    }
  }

  return (
    <a
      href={href}
      {...(name.endsWith('.html') ? { target: '_blank', rel: 'noreferrer' } : { download: name })}
      onClick={event => {
        if (credentials.accessToken) {
          event.preventDefault()
          void fetchFile()
        }
      }}
    >
      {children}
    </a>
  )
}
