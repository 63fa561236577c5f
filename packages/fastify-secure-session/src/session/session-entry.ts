import type { LoadedSession, SessionMeta } from '@keyturn/session-stores'
import { createStamp } from './stamp.ts'

/** What the plugin knows of one `request.session` object. */
export interface SessionEntry {
  /** The record behind it; `undefined` while nothing is stored. */
  loaded: LoadedSession | undefined
  meta: SessionMeta
  /** Sign-in changed `meta`, so the session is saved even where its data stayed as it was. */
  metaChanged: boolean
  /** The record was made in this request: the browser has no cookie for it yet. */
  created: boolean
  /** The record's expiry was moved in this request: the browser has the older one. */
  moved: boolean
  /** The record was ended meanwhile: what is written into this session is dropped, its id never comes back. */
  readonly ended: boolean
  /** Date in the session's cookie as the plugin left it; another one there is the application's. */
  cookieExpires: Date | null | undefined
  /** When the application wants the session to expire, epoch milliseconds; `undefined` once that is stored. */
  wishedExpiry: number | undefined
  /** The plugin saves: @fastify/session is to find nothing to do. */
  inert: boolean
  /** Session that this one takes the place of, ended once this one is stored. */
  replaces: string | undefined
}

// What @fastify/session's `reload` is given it copies with `for…in`, so an entry travels to that session as an
// enumerable property; `toJSON` keeps it out of hash and JSON until it is taken off.
const CARRIER = 'keyturn:entry'

interface Carrier {
  readonly entry: SessionEntry
  toJSON(): undefined
}

export function newEntry(loaded?: LoadedSession): SessionEntry {
  return {
    loaded,
    meta: loaded?.meta ?? {},
    metaChanged: false,
    created: false,
    moved: false,
    ended: false,
    cookieExpires: undefined,
    wishedExpiry: undefined,
    inert: false,
    replaces: undefined,
  }
}

export function endedEntry(): SessionEntry {
  return { ...newEntry(), ended: true }
}

/** Properties that carry an entry through @fastify/session's copy. */
export function carry(entry: SessionEntry): Record<string, unknown> {
  const carrier: Carrier = { entry, toJSON: () => undefined }
  return { [CARRIER]: carrier }
}

const stamp = createStamp<SessionEntry>()

/** The entry of a session, made on first sight. */
export function entryOf(session: object): SessionEntry {
  return stamp.read(session) ?? setEntry(session, takeCarried(session) ?? newEntry())
}

export function setEntry(session: object, entry: SessionEntry): SessionEntry {
  stamp.write(session, entry)
  return entry
}

/** Whether a session came with what was loaded for it. */
export function isCarrying(session: object): boolean {
  return Object.hasOwn(session, CARRIER)
}

function takeCarried(session: object): SessionEntry | undefined {
  const carried = (session as Record<string, Carrier | undefined>)[CARRIER]
  if (carried !== undefined) delete (session as Record<string, unknown>)[CARRIER]
  return carried?.entry
}
