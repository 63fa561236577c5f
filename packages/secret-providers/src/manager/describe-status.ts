import type { EpochMs } from '@keyturn/token-crypto'
import { type SecretSet, UNKNOWN_AGE } from '../provider.ts'
import { findPrimary } from '../rotation/phases.ts'
import { findDueAt, findPromoteAt, judgeAge, type RotationTimes } from '../rotation/policy.ts'
import { summarise } from './events.ts'
import type { SecretStatus } from './manager-types.ts'
import type { SecretState } from './secret-state.ts'

export interface StatusInput {
  readonly set: SecretSet
  readonly state: SecretState
  readonly times: RotationTimes
  readonly ephemeral: boolean
  readonly writable: boolean
  readonly now: EpochMs
}

export function describeStatus({ set, state, times, ephemeral, writable, now }: StatusInput): SecretStatus {
  const primary = findPrimary(set)
  const dueAt = findDueAt(set, times)
  const promoteAt = findPromoteAt(set, times)
  return Object.freeze({
    origin: set.origin,
    ephemeral,
    writable,
    keys: summarise(set),
    legacySecrets: state.keyring.current.acceptedLegacySecrets().length,
    primaryKeyId: primary.id,
    ...(primary.createdAt === UNKNOWN_AGE ? {} : { primaryAgeMs: Math.max(0, now - primary.createdAt) }),
    ...(dueAt === undefined ? {} : { dueAt }),
    age: judgeAge(set, times, now),
    ...(promoteAt === undefined ? {} : { promoteAt }),
    lastLoadedAt: state.lastLoadedAt,
    failures: state.failures,
    ...(state.lastErrorCode === undefined ? {} : { lastErrorCode: state.lastErrorCode }),
  })
}
