import { channel } from 'node:diagnostics_channel'
import { toStoreKey } from '@keyturn/session-stores'
import { type Clock, createOwnerTag, type EpochMs, type LiveKeyring } from '@keyturn/token-crypto'

/** Name of the `node:diagnostics_channel` that every {@link SessionEvent} of the process is published on. */
export const SESSION_EVENTS_CHANNEL = 'keyturn:sessions'

/**
 * `created`: a record was made. `carried`: taken over from the store of the application before this one. `signed-in`, `signed-out`, `reauthenticated`: what they say. `ended`: by the
 * application or an administrator. `expired`: the absolute timeout passed. `resigned`: the cookie was signed anew under
 * today's primary key. `suspicious`: the client changed. `refused`: a cookie that no accepted key signed.
 */
export type SessionEventType =
  | 'created'
  | 'carried'
  | 'signed-in'
  | 'signed-out'
  | 'reauthenticated'
  | 'ended'
  | 'expired'
  | 'resigned'
  | 'suspicious'
  | 'refused'

/** What happened to a session. Tells sessions and users apart without naming them. */
export interface SessionEvent {
  readonly type: SessionEventType
  readonly at: EpochMs
  /** 16 hexadecimal digits from a hash of the session id; absent where there is none. */
  readonly session?: string
  /** 16 hexadecimal digits from a keyed hash of the user id; absent for anonymous sessions. */
  readonly owner?: string
  /** What changed, for `suspicious`. */
  readonly changes?: readonly string[]
}

export interface SessionEventSubject {
  readonly id?: string
  readonly userId?: string | undefined
  readonly changes?: readonly string[]
}

export type SessionEventListener = (event: SessionEvent) => void

export interface SessionEventSink {
  /** Whether an event is worth making for it. Default: each is. */
  readonly wants?: (type: SessionEventType) => boolean
  readonly onEvent: SessionEventListener
}

export interface SessionEvents {
  emit(type: SessionEventType, subject?: SessionEventSubject): void
  sendTo(sink: SessionEventSink): void
}

export function createSessionEvents(keyring: LiveKeyring, clock: Clock): SessionEvents {
  const published = channel(SESSION_EVENTS_CHANNEL)
  const sinks: SessionEventSink[] = []
  return {
    emit(type, subject = {}) {
      // Telling sessions and users apart costs a hash of each.
      const wanted = sinks.filter(({ wants }) => wants === undefined || wants(type))
      if (wanted.length === 0 && !published.hasSubscribers) return
      const event = describe(type, subject, keyring, clock.now())
      for (const { onEvent } of wanted) onEvent(event)
      published.publish(event)
    },
    sendTo: (sink) => void sinks.push(sink),
  }
}

function describe(type: SessionEventType, { id, userId, changes }: SessionEventSubject, keyring: LiveKeyring, at: EpochMs): SessionEvent {
  return Object.freeze({
    type,
    at,
    ...(id === undefined ? {} : { session: tag(toStoreKey(id)) }),
    ...(userId === undefined ? {} : { owner: tag(createOwnerTag(keyring.current, userId)) }),
    ...(changes === undefined ? {} : { changes }),
  })
}

function tag(bytes: Buffer): string {
  return bytes.toString('hex', 0, 8)
}
