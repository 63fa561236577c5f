import type { EpochMs } from '@keyturn/token-crypto'
import { type SecretSet, UNKNOWN_AGE } from '../provider.ts'
import { allVersions, findPending, findPrimary, hasEnded } from './phases.ts'

export interface RotationTimes {
  readonly propagationMs: number
  readonly maxAgeMs: number
  readonly warnBeforeMs: number
  readonly automatic: boolean
}

/** A step that is due, or when the next one will be. */
export type RotationStep =
  | { readonly step: 'stage' | 'promote' | 'drop-ended' }
  | { readonly step: 'wait'; readonly until: EpochMs | undefined }

/** When the primary is due. `undefined` when its source does not tell how old it is. */
export function findDueAt(set: SecretSet, { maxAgeMs }: Pick<RotationTimes, 'maxAgeMs'>): EpochMs | undefined {
  const { createdAt } = findPrimary(set)
  return createdAt === UNKNOWN_AGE ? undefined : createdAt + maxAgeMs
}

/** When the pending version may sign. `undefined` when there is none, or somebody else staged it and will promote it. */
export function findPromoteAt(set: SecretSet, { propagationMs }: Pick<RotationTimes, 'propagationMs'>): EpochMs | undefined {
  const pending = findPending(set)
  return pending === undefined || pending.createdAt === UNKNOWN_AGE ? undefined : pending.createdAt + propagationMs
}

/** What the set asks for now. Every instance comes to the same answer from the same set, so none has to lead. */
export function findNextStep(set: SecretSet, times: RotationTimes, now: EpochMs): RotationStep {
  const promoteAt = findPromoteAt(set, times)
  if (promoteAt !== undefined && promoteAt <= now) return { step: 'promote' }
  const all = allVersions(set)
  if (all.some((version) => hasEnded(version, now))) return { step: 'drop-ended' }
  const dueAt = times.automatic ? findDueAt(set, times) : undefined
  const stageAt = findPending(set) === undefined ? dueAt : undefined
  if (stageAt !== undefined && stageAt <= now) return { step: 'stage' }
  const ends = all.flatMap(({ retireAt }) => retireAt ?? [])
  const moments = [promoteAt, stageAt, ...ends].filter((moment) => moment !== undefined)
  return { step: 'wait', until: moments.length === 0 ? undefined : Math.min(...moments) }
}

/** How the age of the primary stands to the policy. */
export function judgeAge(set: SecretSet, times: RotationTimes, now: EpochMs): 'fresh' | 'due-soon' | 'overdue' | 'unknown' {
  const dueAt = findDueAt(set, times)
  if (dueAt === undefined) return 'unknown'
  if (now >= dueAt) return 'overdue'
  return now >= dueAt - times.warnBeforeMs ? 'due-soon' : 'fresh'
}
