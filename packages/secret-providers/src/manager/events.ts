import diagnostics from 'node:diagnostics_channel'
import type { EpochMs, KeyId, SecretState } from '@keyturn/token-crypto'
import type { SecretSet } from '../provider.ts'
import { allVersions } from '../rotation/phases.ts'

/** A version without its secret. */
export interface KeySummary {
  readonly id: KeyId
  readonly state: SecretState
  /** Epoch milliseconds; 0 when the source does not know. */
  readonly createdAt: EpochMs
  readonly retireAt?: EpochMs
}

interface EventBase {
  readonly at: EpochMs
  /** Which source and where, never what. */
  readonly origin: string
}

/** What happens to secrets. Never holds one. */
export type SecretEvent = EventBase &
  (
    | { readonly type: 'loaded' | 'created' | 'changed'; readonly keys: readonly KeySummary[] }
    | { readonly type: 'staged' | 'promoted' | 'retired' | 'compromised'; readonly keyIds: readonly KeyId[] }
    | { readonly type: 'refresh-failed'; readonly code: string; readonly failures: number }
    | { readonly type: 'rotation-failed'; readonly code: string }
    | { readonly type: 'recovered'; readonly failures: number }
    | { readonly type: 'due-soon' | 'overdue'; readonly keyIds: readonly KeyId[]; readonly dueAt: EpochMs }
    | { readonly type: 'warning'; readonly warning: string }
    | { readonly type: 'closed' }
  )

export type SecretEventType = SecretEvent['type']

export type SecretEventListener = (event: SecretEvent) => void

/** Every event of every manager of the process is published here too. */
export const SECRET_EVENTS_CHANNEL = 'keyturn:secrets'

export interface EventHub {
  emit(event: SecretEvent): void
  onEvent(listener: SecretEventListener): () => void
}

export function createEventHub(): EventHub {
  const channel = diagnostics.channel(SECRET_EVENTS_CHANNEL)
  const listeners = new Set<SecretEventListener>()
  return {
    emit(event) {
      for (const listener of listeners) callSafely(listener, event)
      channel.publish(event)
    },
    onEvent(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export function summarise(set: SecretSet): readonly KeySummary[] {
  return Object.freeze(
    allVersions(set).map(({ id, state, createdAt, retireAt }) =>
      Object.freeze({ id, state, createdAt, ...(retireAt === undefined ? {} : { retireAt }) }),
    ),
  )
}

/** A faulty listener must not stop a rotation. */
function callSafely(listener: SecretEventListener, event: SecretEvent): void {
  try {
    listener(event)
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
