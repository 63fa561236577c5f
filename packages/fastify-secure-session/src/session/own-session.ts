import { isSessionChanged, type LoadedSession } from '@keyturn/session-stores'
import { LateSignature } from './late-signature.ts'
import { dataOf, isReserved } from './session-data.ts'
import { entryOf, newEntry, type SessionEntry, setEntry } from './session-entry.ts'

const OURS = Symbol('keyturn.ours')
const UNSIGNED = Symbol('keyturn.unsigned')

/** For each class of @fastify/session's sessions the one below it that ours are of. */
const owned = new WeakMap<object, object>()
/** The one of them that was made last; of @fastify/session there is one as a rule. */
let latest: object | undefined

/**
 * Makes a session of @fastify/session one of ours: it hides its signed id while the plugin saves, so that
 * @fastify/session finds nothing to do, and tells by the text it was loaded from whether it was modified.
 */
export function ownSession(session: object): SessionEntry {
  const prototype = Object.getPrototypeOf(session) as object
  if (!(OURS in prototype)) Object.setPrototypeOf(session, owned.get(prototype) ?? derive(prototype))
  return entryOf(session)
}

/** The same for a session that was built empty, to be filled with what was loaded. */
export function fillSession(session: object, loaded: LoadedSession): SessionEntry {
  const fields = session as Record<string, unknown>
  for (const name in loaded.data) if (!isReserved(name)) fields[name] = loaded.data[name]
  setEntry(session, newEntry(loaded))
  return ownSession(session)
}

/**
 * What @fastify/session restores a session from that is filled later. It copies what it is given name by name before it
 * hashes it, so that `__proto__` makes the session one of ours in time: those are not hashed.
 */
export function emptySession<Cookie>(cookie: Cookie): { readonly cookie: Cookie; readonly ['__proto__']?: object } {
  return latest === undefined ? { cookie } : { cookie, ['__proto__']: latest }
}

/** Whether the id of a session of ours is new, and nobody has asked for it in the form that a cookie carries. */
export function isUnsigned(session: object): boolean {
  return (session as { [UNSIGNED]?: boolean })[UNSIGNED] === true
}

function derive(prototype: object): object {
  const ours: object = Object.create(prototype, {
    [OURS]: { value: true },
    [UNSIGNED]: {
      get(this: object): boolean {
        const signed: unknown = Reflect.get(prototype, 'encryptedSessionId', this)
        return signed instanceof LateSignature && !signed.isAsked
      },
    },
    encryptedSessionId: {
      configurable: true,
      get(this: object): unknown {
        if (entryOf(this).inert) return undefined
        const signed: unknown = Reflect.get(prototype, 'encryptedSessionId', this)
        return signed instanceof LateSignature ? signed.toString() : signed
      },
    },
    isModified: {
      configurable: true,
      writable: true,
      value(this: object): boolean {
        const { metaChanged, loaded } = entryOf(this)
        return metaChanged || isSessionChanged(dataOf(this), loaded)
      },
    },
  }) as object
  const hash = Object.getOwnPropertySymbols(prototype).find(({ description }) => description === 'hash')
  // Only the `isModified` of before compares hashes.
  if (hash !== undefined) Object.defineProperty(ours, hash, { value: () => '' })
  owned.set(prototype, ours)
  if (canAssignPrototype()) latest = ours
  return ours
}

/** `node --disable-proto` takes the way away. */
function canAssignPrototype(): boolean {
  const [assigned, prototype] = [{}, {}]
  try {
    Object.assign(assigned, { ['__proto__']: prototype })
  } catch {
    return false
  }
  return Object.getPrototypeOf(assigned) === prototype
}
