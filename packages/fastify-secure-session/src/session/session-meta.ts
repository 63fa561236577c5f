import type { JsonValue, SessionMeta } from '@keyturn/session-stores'
import type { ClientFacts } from '../client/client-facts.ts'

/** What an application notes of a session at sign-in, such as the name of a device; sealed, and listed with the session. */
export type SessionNotes = Readonly<Record<string, JsonValue>>

export interface SignedInMeta {
  readonly userId: string
  readonly now: number
  readonly client: ClientFacts | undefined
  readonly idleTimeoutMs: number | undefined
  readonly metadata: SessionNotes | undefined
}

/** What Keyturn keeps beside the data of a session that somebody signed in to. */
export function signedInMeta({ userId, now, client, idleTimeoutMs, metadata }: SignedInMeta): SessionMeta {
  return {
    userId,
    signedInAt: now,
    ...(client === undefined ? {} : { client: { ...client } }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    ...(metadata === undefined ? {} : { metadata }),
  }
}

/** After the user proved again who it is: the same session under a new id, challenged no more. */
export function reauthenticatedMeta(meta: SessionMeta, now: number, client: ClientFacts | undefined): SessionMeta {
  return { ...meta, challenged: false, signedInAt: now, ...(client === undefined ? {} : { client: { ...client } }) }
}

/**
 * Binds a session to the cookie it was made for: where several registrations share a store and a secret, the cookie of
 * one, sent under the name of another, must not sign anybody in there.
 */
export function boundTo(meta: SessionMeta, cookieName: string): SessionMeta {
  return { ...meta, cookieName }
}

/** A session that was brought here from elsewhere is bound to no cookie. */
export function isBoundToOther(meta: SessionMeta, names: readonly (string | undefined)[]): boolean {
  const bound = meta['cookieName'] as string | undefined
  return bound !== undefined && !names.includes(bound)
}

export function clientOf(meta: SessionMeta): ClientFacts | undefined {
  return meta['client'] as ClientFacts | undefined
}

/** The client changed, and the user has not proved yet to be the same. */
export function isChallenged(meta: SessionMeta): boolean {
  return meta['challenged'] === true
}
