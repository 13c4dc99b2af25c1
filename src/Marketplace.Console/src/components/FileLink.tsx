import type { ReactNode } from 'react'
import { credentials } from '../api/client'
import { save } from '../format/csv'

/** A file of the API's. A session's cookie goes with a link; a token doesn't, so with one the file is asked for and saved. */
export function FileLink({ href, name, children }: { href: string; name: string; children: ReactNode }) {
  async function fetchFile() {
    const token = await credentials.accessToken!()
    save(name, await (await fetch(href, { headers: { Authorization: `Bearer ${token}` } })).blob())
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
