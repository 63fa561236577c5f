import { StoreUnsupportedError } from '../errors.ts'
import { createExpressCall, type ExpressSession, type ExpressStore } from './express-calls.ts'
import { type ExpressStoreOptions, resolveExpressStoreOptions } from './express-options.ts'

/** Sessions as an application of express-session wrote them, in plain, by their id. */
export interface ExpressSessions {
  readonly name: string
  /** `undefined` when there is none. */
  read(id: string): Promise<ExpressSession | undefined>
  write(id: string, session: ExpressSession): Promise<void>
  destroy(id: string): Promise<void>
  /** Whether `list` works: not every store can. */
  readonly canList: boolean
  /** Every session, all read at once: that is how stores give them. */
  list(): Promise<ListedExpressSession[]>
}

export interface ListedExpressSession {
  readonly id: string
  readonly session: ExpressSession
}

/**
 * A dependable face on a store for express-session: promises that always settle, coded errors.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createExpressSessions(options: ExpressStoreOptions): ExpressSessions {
  const { store, name, timeoutMs } = resolveExpressStoreOptions('createExpressSessions', options)
  const call = createExpressCall(name, timeoutMs)
  return {
    name,
    canList: typeof store.all === 'function',
    async read(id) {
      const found = await call((callback) => store.get(id, callback))
      return isSession(found) ? found : undefined
    },
    async write(id, session) {
      await call((callback) => store.set(id, session as never, callback))
    },
    async destroy(id) {
      await call((callback) => store.destroy(id, callback))
    },
    async list() {
      if (store.all === undefined) throw new StoreUnsupportedError(name, 'scan')
      return toListed(await call((callback) => (store as Required<ExpressStore>).all(callback)))
    },
  }
}

/** Stores give an object by id, a list of sessions with their id, or the rows of their table. */
function toListed(all: unknown): ListedExpressSession[] {
  if (typeof all !== 'object' || all === null) return []
  const pairs = Array.isArray(all) ? all.map(toPair) : Object.entries(all)
  return pairs.flatMap(([id, session]) => (typeof id === 'string' && isSession(session) ? [{ id, session }] : []))
}

function toPair(item: unknown): readonly [unknown, unknown] {
  const { sid, sess, id, ...session } = item as Record<string, unknown>
  if (sid === undefined) return [id, session]
  return [sid, typeof sess === 'string' ? parse(sess) : sess]
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isSession(value: unknown): value is ExpressSession {
  return typeof value === 'object' && value !== null && typeof (value as { cookie?: unknown }).cookie === 'object'
}
