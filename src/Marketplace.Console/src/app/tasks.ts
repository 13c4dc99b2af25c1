import { useSyncExternalStore } from 'react'
import type { ApiProblem } from '../api/client'
import type { Text } from '../i18n/i18n'

/** Work that takes the API a while. It goes on while its page is left, and its result waits for the reader. */
export type Task = { id: string; title: Text; path: string; startedAt: number; endedAt?: number; result?: unknown; problem?: ApiProblem }

let tasks: readonly Task[] = []
const listeners = new Set<() => void>()

function set(next: readonly Task[]) {
  tasks = next
  listeners.forEach(listener => listener())
}

function replace(id: string, change: Partial<Task>) {
  set(tasks.map(task => task.id === id ? { ...task, ...change, endedAt: Date.now() } : task))
}

/** Starts a piece of work; one of the same id takes the place of that before it. */
export function startTask(id: string, title: Text, work: () => Promise<unknown>) {
  set([...tasks.filter(task => task.id !== id), { id, title, path: location.pathname + location.search, startedAt: Date.now() }])
  work().then(result => replace(id, { result }), (problem: ApiProblem) => replace(id, { problem }))
}

export function forgetTasks() {
  set([])
}

export function useTasks(): readonly Task[] {
  return useSyncExternalStore(listener => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, () => tasks)
}

export function useTask<Result>(id: string): { running: boolean; result?: Result; problem?: ApiProblem; startedAt?: number; endedAt?: number } {
  const task = useTasks().find(found => found.id === id)
  return { running: !!task && !task.endedAt, result: task?.result as Result | undefined, problem: task?.problem, startedAt: task?.startedAt, endedAt: task?.endedAt }
}
