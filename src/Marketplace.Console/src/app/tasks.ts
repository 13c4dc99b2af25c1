import { useSyncExternalStore } from 'react'
import { ApiProblem, type Session } from '../api/client'
import type { Text } from '../i18n/i18n'

/** Work that takes the API a while. It goes on while its page is left, and its result waits for the reader, after a reload too. */
export type Task = {
  id: string
  title: Text
  path: string
  startedAt: number
  endedAt?: number
  result?: unknown
  problem?: ApiProblem
  /** Its answer never came: the page was loaded again meanwhile, or the connection broke. */
  cutOff?: boolean
}

/** Where a tab keeps them, and how much of them, in characters: browsers give a site some five million. */
const key = 'tasks'
const most = 1_000_000

let owner: string | null = null
let tasks: readonly Task[] = []
const listeners = new Set<() => void>()

/** Of whom tasks are: another login, or the same one in another role, is shown none of them. */
const ownerOf = (session: Session) => [session.organization.id, session.role, session.name].join(' ')

/** What is kept of tasks: the newest that fit. */
export function storedText(of: string, all: readonly Task[], limit = most): string {
  for (let from = 0; ; from++) {
    const kept = all.slice(from).map(({ problem, ...task }) => ({ ...task, ...(problem && { problem: { ...problem, message: problem.message } }) }))
    const text = JSON.stringify({ of, tasks: kept })
    if (text.length <= limit || kept.length === 0) {
      return text
    }
  }
}

/** What was kept for this owner; what was under way then was cut off. */
export function restoredTasks(text: string | null, of: string, now: number): Task[] {
  try {
    const kept = JSON.parse(text ?? 'null') as { of: string; tasks: Task[] } | null
    return kept?.of !== of ? [] : kept.tasks.map(({ problem, ...task }) => ({
      ...task,
      ...(problem && { problem: new ApiProblem(problem.status, problem.code, problem.message, problem.errors, problem.traceId) }),
      ...(!task.endedAt && { endedAt: now, cutOff: true }),
    }))
  } catch {
    return []
  }
}

function set(next: readonly Task[]) {
  tasks = next
  if (owner) {
    try {
      sessionStorage.setItem(key, storedText(owner, tasks))
    } catch {
      // A full store loses what a reload would have shown, and nothing else.
      sessionStorage.removeItem(key)
    }
  }
  listeners.forEach(listener => listener())
}

/** Takes up what this reader had before the page was loaded again. */
export function resumeTasks(session: Session) {
  const of = ownerOf(session)
  if (of !== owner) {
    owner = of
    set(restoredTasks(sessionStorage.getItem(key), of, Date.now()))
  }
}

/** Starts a piece of work; one of the same id takes the place of that before it, whose answer nobody waits for then. */
export function startTask(id: string, title: Text, work: () => Promise<unknown>) {
  const task: Task = { id, title, path: location.pathname + location.search, startedAt: Date.now() }
  const end = (how: Partial<Task>) => tasks.includes(task) && set(tasks.map(other => other === task ? { ...task, ...how, endedAt: Date.now() } : other))
  set([...tasks.filter(other => other.id !== id), task])
  work().then(result => end({ result }), (problem: unknown) => end(problem instanceof ApiProblem ? { problem } : { cutOff: true }))
}

export function forgetTasks() {
  owner = null
  sessionStorage.removeItem(key)
  set([])
}

export function useTasks(): readonly Task[] {
  return useSyncExternalStore(listener => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, () => tasks)
}

export type TaskState<Result> = { running: boolean; result?: Result; problem?: ApiProblem; startedAt?: number; endedAt?: number; cutOff?: boolean }

export function useTask<Result>(id: string): TaskState<Result> {
  const task = useTasks().find(found => found.id === id)
  return { running: !!task && !task.endedAt, result: task?.result as Result | undefined, problem: task?.problem, startedAt: task?.startedAt, endedAt: task?.endedAt, cutOff: task?.cutOff }
}
