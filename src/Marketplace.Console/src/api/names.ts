import { useQuery } from '@tanstack/react-query'
import { answer, api } from './client'

const waiting = new Map<string, ((name: string | null) => void)[]>()

/** Asks for the names of everything that is drawn at once in one request. */
export function nameOf(id: string): Promise<string | null> {
  return new Promise(resolve => {
    if (waiting.size === 0) {
      setTimeout(ask, 0)
    }
    waiting.set(id, [...(waiting.get(id) ?? []), resolve])
  })
}

async function ask() {
  const asked = [...waiting]
  waiting.clear()
  for (let from = 0; from < asked.length; from += 100) {
    const batch = asked.slice(from, from + 100)
    const names = await answer(api.GET('/v1/names', { params: { query: { id: batch.map(([id]) => id) } } }))
      .then(page => new Map(page.items.map(item => [item.id, item.name])), () => new Map<string, string>())
    batch.forEach(([id, resolves]) => resolves.forEach(resolve => resolve(names.get(id) ?? null)))
  }
}

/** What an id stands for; the id's beginning while that isn't known. */
export function useName(id: string | null | undefined): string {
  const { data } = useQuery({ queryKey: ['name', id], queryFn: () => nameOf(id!), enabled: !!id, staleTime: Infinity })
  return data ?? id?.slice(-8) ?? ''
}

export const programmeName = (code: string) => ({ queryKey: ['programme-name', code], queryFn: async () => (await answer(api.GET('/v1/programmes/{code}', { params: { path: { code } } }))).name, staleTime: Infinity })

/** What a programme is called; its code while that isn't known. */
export function useProgrammeName(code: string | null | undefined): string {
  const { data } = useQuery({ ...programmeName(code ?? ''), enabled: !!code })
  return data ?? code ?? ''
}
