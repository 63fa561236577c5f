import type { Clock } from '@keyturn/token-crypto'
import type { SecretSet } from '../provider.ts'
import { findPrimary } from '../rotation/phases.ts'
import { findDueAt, judgeAge, type RotationTimes } from '../rotation/policy.ts'
import type { EventHub } from './events.ts'

const DAY_MS = 86_400_000

/** Says once a day that the primary is due, for as long as it is. */
export function createAgeWatch(hub: EventHub, times: RotationTimes, clock: Clock): (set: SecretSet) => void {
  let said = { about: '', at: 0 }
  return (set) => {
    const now = clock.now()
    const age = judgeAge(set, times, now)
    const dueAt = findDueAt(set, times)
    if (dueAt === undefined || (age !== 'due-soon' && age !== 'overdue')) return
    const { id } = findPrimary(set)
    const about = `${age} ${id}`
    if (said.about === about && now - said.at < DAY_MS) return
    said = { about, at: now }
    hub.emit({ type: age, at: now, origin: set.origin, keyIds: [id], dueAt })
  }
}
