import { isSessionChanged, type LoadedSession } from '@keyturn/session-stores'
import { LateSignature } from './late-signature.ts'
import { dataOf, isReserved } from './session-data.ts'
import { entryOf, newEntry, type SessionEntry, setEntry } from './session-entry.ts'

const OURS = Symbol('keyturn.ours')
const UNSIGNED = Symbol('keyturn.unsigned')

/** For each class of @fastify/session's sessions the one below it that ours are of. */
const owned = new WeakMap<object, object>()

/**
 * Makes a session of @fastify/session one of ours: it hides its signed id while the plugin saves, so that
 * @fastify/session finds nothing to do, and tells by the text it was loaded from whether it was modified.
 */
export function ownSession(session: object): SessionEntry {
  const prototype = Object.getPrototypeOf(session) as object
  if (!(OURS in prototype)) Object.setPrototypeOf(session, owned.get(prototype) ?? derive(prototype))
  return entryOf(session)
}

/** The same for a session that was built empty, to be filled with what was loaded: @fastify/session hashes what it builds. */
export function fillSession(session: object, loaded: LoadedSession): SessionEntry {
  const fields = session as Record<string, unknown>
  for (const [name, value] of Object.entries(loaded.data)) if (!isReserved(name)) fields[name] = value
  setEntry(session, newEntry(loaded))
  return ownSession(session)
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
  owned.set(prototype, ours)
  return ours
}
