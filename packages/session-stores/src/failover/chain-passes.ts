import type { SessionStore, StoredSession } from '../store.ts'
import type { Ledger, Revocation } from './ledger.ts'
import { copyNewer, levelTo, type PassResult } from './reconcile.ts'

export interface ChainPassOptions {
  readonly first: SessionStore
  readonly second: SessionStore
  readonly ledger: Ledger
  readonly batchSize: number
  /** Limits one step. */
  readonly within: <T>(work: Promise<T>) => Promise<T>
}

/**
 * Brings the first link up after an outage. First, what had not been mirrored goes to the second link, where it meets
 * newer writes and graves; then the second link goes to the first.
 */
export async function reconcile(
  { first, second, ledger, batchSize, within }: ChainPassOptions,
  signal: AbortSignal,
): Promise<PassResult> {
  const step = { batchSize, signal, within }
  const revocations = await within(ledger.revocations())
  const isRevoked = revokedBy(revocations)
  await copyNewer({ from: first, to: second, ...step }, isRevoked)
  const result = await levelTo({ from: second, to: first, ...step })
  await within(ledger.forget(revocations))
  return result
}

/** Brings the second link up after it was away, while the first serves. */
export async function catchUp(
  { first, second, batchSize, within }: ChainPassOptions,
  signal: AbortSignal,
): Promise<PassResult> {
  const moved = await copyNewer({ from: first, to: second, batchSize, signal, within })
  return { moved, ended: 0 }
}

/** Nobody wrote to the first link since: whatever it has of that owner was there when all were ended. */
function revokedBy(revocations: readonly Revocation[]): (session: StoredSession) => boolean {
  const byOwner = new Map(revocations.map(({ ownerTag, except }) => [ownerTag.toString('hex'), except]))
  return ({ key, record }) => {
    const owner = record.ownerTag?.toString('hex')
    if (owner === undefined || !byOwner.has(owner)) return false
    return byOwner.get(owner)?.equals(key) !== true
  }
}
