import { AwsError, invalidRequest, notFound, SCHEDULED_FOR_DELETION } from './aws-error.ts'

/** All secrets by name, oldest first. Never changed: each write makes a new one, so that a late reader can see an old one. */
export type State = ReadonlyMap<string, StoredSecret>

export interface StoredSecret {
  readonly arn: string
  readonly name: string
  readonly description?: string
  readonly kmsKeyId?: string
  readonly tags: readonly Tag[]
  /** Epoch milliseconds, as all times here. */
  readonly createdAt: number
  readonly changedAt: number
  /** Set while the secret is scheduled for deletion. */
  readonly deletion?: { readonly requestedAt: number, readonly finalAt: number }
  /** Oldest first. */
  readonly versions: readonly StoredVersion[]
}

export interface StoredVersion {
  readonly id: string
  readonly value: SecretValue
  /** Staging labels; a version without any is deprecated. */
  readonly stages: readonly string[]
  readonly createdAt: number
}

/** Binary data is kept in Base64, as it travels. */
export type SecretValue = { readonly string: string } | { readonly binary: string }

export interface Tag {
  readonly Key: string
  readonly Value: string
}

/** @throws {AwsError} ResourceNotFoundException. */
export function findSecret(state: State, secretId: string): StoredSecret {
  const secret = state.get(secretId) ?? [...state.values()].find(({ arn }) => arn === secretId || arn.replace(/-[^-]{6}$/, '') === secretId)
  if (secret === undefined) throw notFound("Secrets Manager can't find the specified secret.")
  return secret
}

/** @throws {AwsError} ResourceNotFoundException, or InvalidRequestException for one that is scheduled for deletion. */
export function findUsableSecret(state: State, secretId: string): StoredSecret {
  const secret = findSecret(state, secretId)
  if (secret.deletion !== undefined) throw invalidRequest(SCHEDULED_FOR_DELETION)
  return secret
}

/** @throws {AwsError} ResourceNotFoundException. */
export function findVersion(secret: StoredSecret, id: string): StoredVersion {
  const version = secret.versions.find(candidate => candidate.id === id)
  if (version === undefined) throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`)
  return version
}

export function withSecret(state: State, secret: StoredSecret): State {
  return new Map(state).set(secret.name, secret)
}

export function withoutSecret(state: State, name: string): State {
  const next = new Map(state)
  next.delete(name)
  return next
}

/** Secrets whose recovery window is over do not exist any more. */
export function withoutExpired(state: State, now: number): State {
  return new Map([...state].filter(([, { deletion }]) => deletion === undefined || deletion.finalAt > now))
}

export function sameValue(a: SecretValue, b: SecretValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

const MAX_VERSIONS = 100
const KEPT_MS = 24 * 60 * 60 * 1000

/**
 * Adds a version. Of more than a hundred, the oldest without labels go, but none of the last 24 hours.
 *
 * @throws {AwsError} LimitExceededException when there is no room.
 */
export function addVersion(secret: StoredSecret, version: StoredVersion): StoredSecret {
  const surplus = secret.versions.length + 1 - MAX_VERSIONS
  const removable = secret.versions.filter(({ stages, createdAt }) => stages.length === 0 && createdAt <= version.createdAt - KEPT_MS)
  if (surplus > removable.length) throw new AwsError('LimitExceededException', `The secret has the maximum of ${MAX_VERSIONS} versions.`)
  const removed = new Set(removable.slice(0, Math.max(0, surplus)))
  return { ...secret, changedAt: version.createdAt, versions: [...secret.versions.filter(kept => !removed.has(kept)), version] }
}
