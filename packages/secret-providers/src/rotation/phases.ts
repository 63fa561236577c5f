import { createSecretVersion, type EpochMs, generateSecret, type KeyId, type SecretVersion } from '@keyturn/token-crypto'
import type { SecretSet } from '../provider.ts'

type Change = (versions: readonly SecretVersion[]) => readonly SecretVersion[]

export function findPrimary(set: SecretSet): SecretVersion {
  return set.versions.find(({ state }) => state === 'primary') as SecretVersion
}

export function findPending(set: SecretSet): SecretVersion | undefined {
  return set.versions.find(({ state }) => state === 'pending')
}

/** Roots of every purpose. */
export function allVersions({ versions, encryptionVersions }: SecretSet): readonly SecretVersion[] {
  return [...versions, ...(encryptionVersions ?? [])]
}

/** First step: a new version that everybody accepts and nobody signs with. */
export function stage(set: SecretSet, now: EpochMs): SecretSet {
  return changeRoots(set, (versions) => {
    const rest = versions.filter(({ state }) => state !== 'pending')
    return [...rest, createSecretVersion({ secret: generateSecret(), state: 'pending', createdAt: now })]
  })
}

export interface PromoteOptions {
  readonly now: EpochMs
  readonly graceMs: number
}

/** Second step: the pending version signs, the one that did is accepted until its grace ends. */
export function promote(set: SecretSet, { now, graceMs }: PromoteOptions): SecretSet {
  return changeRoots(set, (versions) => {
    if (!versions.some(({ state }) => state === 'pending')) return versions
    return versions.map((version) => {
      if (version.state === 'pending') return withState(version, 'primary')
      return version.state === 'primary' ? retireAt(version, now + graceMs) : version
    })
  })
}

/** Third step: what has reached its end is removed. */
export function dropEnded(set: SecretSet, now: EpochMs): SecretSet {
  return changeRoots(set, (versions) => versions.filter((version) => !hasEnded(version, now)))
}

export function hasEnded({ state, retireAt: end }: SecretVersion, now: EpochMs): boolean {
  return state === 'retiring' && end !== undefined && end <= now
}

/** Removes versions that do not sign. */
export function drop(set: SecretSet, keyIds: ReadonlySet<KeyId>): SecretSet {
  return changeRoots(set, (versions) => versions.filter(({ id, state }) => state === 'primary' || !keyIds.has(id)))
}

/** Removes one version at once; where it signs, a new one takes its place. */
export function expel(set: SecretSet, keyId: KeyId, now: EpochMs): SecretSet {
  return changeRoots(set, (versions) => {
    const expelled = versions.find(({ id }) => id === keyId)
    if (expelled === undefined) return versions
    const rest = versions.filter((version) => version !== expelled)
    return expelled.state === 'primary' ? [createPrimary(now), ...rest] : rest
  })
}

/** Nothing of the set counts any more: one new version, alone. Its raw legacy secrets go with it. */
export function startAfresh(set: SecretSet, now: EpochMs): SecretSet {
  const { legacySecrets: _dropped, ...rest } = set
  return changeRoots(rest, () => [createPrimary(now)])
}

function createPrimary(now: EpochMs): SecretVersion {
  return createSecretVersion({ secret: generateSecret(), state: 'primary', createdAt: now })
}

/** Both lists of roots go through their life in step. */
function changeRoots(set: SecretSet, change: Change): SecretSet {
  const { encryptionVersions } = set
  return Object.freeze({
    ...set,
    versions: Object.freeze(change(set.versions)),
    ...(encryptionVersions === undefined ? {} : { encryptionVersions: Object.freeze(change(encryptionVersions)) }),
  })
}

function withState({ secret, createdAt }: SecretVersion, state: 'pending' | 'primary'): SecretVersion {
  return createSecretVersion({ secret, createdAt, state })
}

function retireAt({ secret, createdAt }: SecretVersion, end: EpochMs): SecretVersion {
  return createSecretVersion({ secret, createdAt, state: 'retiring', retireAt: end })
}
