import { hostname } from 'node:os'
import type { KeyId } from '@keyturn/token-crypto'
import type { SecretEvent, SecretEventListener, SecretEventType } from '../manager/events.ts'

/** One entry of the audit trail. Holds no secret. */
export interface AuditEntry {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly action: SecretEventType
  /** Which source and where. */
  readonly origin: string
  readonly host: string
  readonly pid: number
  /** Keys that it is about. */
  readonly keyIds?: readonly KeyId[]
  /** Code of what failed. */
  readonly code?: string
}

/** What is put on record: everything that is done to secrets, and what failed. */
const RECORDED: ReadonlySet<SecretEventType> = new Set([
  'loaded',
  'created',
  'changed',
  'staged',
  'promoted',
  'retired',
  'compromised',
  'refresh-failed',
  'rotation-failed',
  'recovered',
  'overdue',
])

/**
 * Makes a listener for `createSecretManager({ onEvent })` that hands each entry to `write`.
 *
 * @param write - Called in order; where it goes is yours, and so is what happens when that fails.
 */
export function createAuditTrail(write: (entry: AuditEntry) => void): SecretEventListener {
  const host = hostname()
  return (event) => {
    if (RECORDED.has(event.type)) write(toEntry(event, host))
  }
}

function toEntry(event: SecretEvent, host: string): AuditEntry {
  const { at, type, origin } = event
  const keyIds = 'keys' in event ? event.keys.map(({ id }) => id) : 'keyIds' in event ? event.keyIds : undefined
  return Object.freeze({
    at: new Date(at).toISOString(),
    action: type,
    origin,
    host,
    pid: process.pid,
    ...(keyIds === undefined ? {} : { keyIds }),
    ...('code' in event ? { code: event.code } : {}),
  })
}
