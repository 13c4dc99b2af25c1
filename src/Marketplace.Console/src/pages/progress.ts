import type { Schema } from '../api/client'

export type Stage = 'draft' | Schema<'ReviewStep'> | 'publicity' | 'approved'

type Application = Pick<Schema<'ApplicationAnswer'>, 'status' | 'step' | 'decisions' | 'publicity'>

/** The stages that an application passes, as far as they are known, and the one that it stands at. */
export function progressOf({ status, step, decisions, publicity }: Application): { stages: Stage[]; current: number; failed: boolean } {
  const steps = new Set([...decisions.map(decision => decision.step), step].filter(known => known != null))
  const stages: Stage[] = ['draft', ...(['check', 'expert'] as const).filter(known => steps.has(known)), ...(publicity || status === 'publicity' ? ['publicity' as const] : []), 'approved']
  const at = status === 'draft' || status === 'returned' ? 0
    : status === 'submitted' ? Math.max(1, step ? stages.indexOf(step) : 1)
    : status === 'publicity' || status === 'objected' ? stages.indexOf('publicity')
    : status === 'rejected' ? Math.max(1, stages.length - 2)
    : stages.length
  return { stages, current: at, failed: status === 'rejected' }
}
