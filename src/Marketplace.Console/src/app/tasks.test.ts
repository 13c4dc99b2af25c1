import { beforeEach, expect, it, vi } from 'vitest'
import type { Session } from '../api/client'
import type * as Tasks from './tasks'

class ApiProblem extends Error {
  constructor(readonly status: number, readonly code: string, detail: string, readonly errors = {}, readonly traceId?: string) {
    super(detail)
  }
}

vi.mock('../api/client', () => ({ ApiProblem }))

const kept = new Map<string, string>()
const task = (id: string, more: Partial<Tasks.Task> = {}): Tasks.Task => ({ id, title: 'Verification', path: '/proof', startedAt: 1, ...more })
const somebody = (name: string, role = 'auditor') => ({ name, role, organization: { id: 'o1' } }) as Session

/** The tasks as a page that is loaded has them: from nothing but what the tab kept. */
async function load(): Promise<{ tasks: typeof Tasks; now: () => readonly Tasks.Task[] }> {
  vi.resetModules()
  let shown: () => readonly Tasks.Task[] = () => []
  vi.doMock('react', () => ({ useSyncExternalStore: (_: unknown, snapshot: () => readonly Tasks.Task[]) => { shown = snapshot; return snapshot() } }))
  const tasks = await import('./tasks')
  tasks.useTasks()
  return { tasks, now: () => shown() }
}

beforeEach(() => {
  kept.clear()
  vi.stubGlobal('location', { pathname: '/proof', search: '' })
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) })
})

it('a result and a problem survive a reload, and what was under way was cut off', async () => {
  const before = await load()
  before.tasks.resumeTasks(somebody('a'))
  before.tasks.startTask('done', 'Verification', () => Promise.resolve({ holds: true }))
  before.tasks.startTask('failed', 'Verification', () => Promise.reject(new ApiProblem(400, 'period.open', 'Not over.', { period: ['x'] }, 'trace')))
  before.tasks.startTask('under way', 'Verification', () => new Promise(() => {}))
  await vi.waitFor(() => expect(before.now().filter(found => found.endedAt)).toHaveLength(2))

  const after = await load()
  after.tasks.resumeTasks(somebody('a'))
  expect(after.now()).toMatchObject([{ id: 'done', result: { holds: true } }, { id: 'failed', problem: { code: 'period.open', message: 'Not over.', errors: { period: ['x'] } } }, { id: 'under way', cutOff: true }])
  expect(after.now()[0]!.cutOff).toBeUndefined()
  after.tasks.startTask('under way', 'Verification', () => new Promise(() => {}))
  expect(after.now().at(-1)!.cutOff).toBeUndefined()
})

it('an answer that never comes isn’t the API’s refusal', async () => {
  const { tasks, now } = await load()
  tasks.resumeTasks(somebody('a'))
  tasks.startTask('verification', 'Verification', () => Promise.reject(new TypeError('Failed to fetch')))
  await vi.waitFor(() => expect(now()).toMatchObject([{ cutOff: true, endedAt: expect.any(Number) as number }]))
  expect(now()[0]!.problem).toBeUndefined()
})

it('nobody else is shown them, nor the same login in another role, nor who signs in after a sign-out', async () => {
  for (const other of [somebody('b'), somebody('a', 'admin')]) {
    const before = await load()
    before.tasks.resumeTasks(somebody('a'))
    before.tasks.startTask('secret', 'Verification', () => new Promise(() => {}))
    const after = await load()
    after.tasks.resumeTasks(other)
    expect(after.now()).toEqual([])
    after.tasks.forgetTasks()
    expect(kept.size).toBe(0)
  }
})

it('an answer that comes after the sign-out is nobody’s', async () => {
  const { tasks, now } = await load()
  let answer: (value: string) => void = () => {}
  tasks.resumeTasks(somebody('a'))
  tasks.startTask('verification', 'Verification', () => new Promise(resolve => { answer = resolve }))
  tasks.forgetTasks()
  tasks.resumeTasks(somebody('b'))
  tasks.startTask('verification', 'Verification', () => new Promise(() => {}))
  answer('of a')
  await new Promise(resolve => setTimeout(resolve))
  expect(now()).toMatchObject([{ id: 'verification' }])
  expect(now()[0]!.result).toBeUndefined()
})

it('the newest are kept where not all fit, and what is damaged is nothing', async () => {
  const { tasks } = await load()
  const text = tasks.storedText('a', [task('old', { endedAt: 2, result: 'x'.repeat(500) }), task('new', { endedAt: 3, result: 'y' })], 300)
  expect(text.length).toBeLessThanOrEqual(300)
  expect(tasks.restoredTasks(text, 'a', 9).map(found => found.id)).toEqual(['new'])
  expect(tasks.restoredTasks(tasks.storedText('a', [task('huge', { result: 'x'.repeat(500) })], 300), 'a', 9)).toEqual([])
  expect([tasks.restoredTasks('{', 'a', 9), tasks.restoredTasks(null, 'a', 9), tasks.restoredTasks('{"of":"a"}', 'a', 9)]).toEqual([[], [], []])
})
