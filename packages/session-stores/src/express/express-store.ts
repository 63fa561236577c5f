import { createGuardedStore } from '../guarded-store.ts'
import type { PutExpectation, PutOutcome, SessionRecord, SessionStore, StoreKey } from '../store.ts'
import { type ExpressStoreOptions, resolveExpressStoreOptions } from './express-options.ts'
import { fromExpressSession, toExpressSession } from './express-record.ts'
import { createExpressSessions, type ListedExpressSession } from './express-sessions.ts'
import { createKeyQueue } from './key-queue.ts'

/**
 * Keeps sealed records in any store for express-session. Such stores cannot compare and set: changes of one session
 * are put in order within this process, and several processes are not kept apart.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createExpressStore(options: ExpressStoreOptions): SessionStore {
  const { name, clock } = resolveExpressStoreOptions('createExpressStore', options)
  const sessions = createExpressSessions(options)
  const queue = createKeyQueue()
  const idOf = (key: StoreKey): string => key.toString('base64url')

  async function read(key: StoreKey): Promise<SessionRecord | undefined> {
    const session = await sessions.read(idOf(key))
    const record = session === undefined ? undefined : fromExpressSession(name, key, session)
    return record !== undefined && record.expiresAt > clock.now() ? record : undefined
  }

  async function write(key: StoreKey, record: SessionRecord): Promise<void> {
    const now = clock.now()
    // Stores take a cookie that is over for one without an end.
    if (record.expiresAt <= now) await sessions.destroy(idOf(key))
    else await sessions.write(idOf(key), toExpressSession(record, now))
  }

  async function put(key: StoreKey, record: SessionRecord, expected: PutExpectation): Promise<PutOutcome> {
    if (expected !== 'any') {
      const found = (await read(key))?.version
      if (expected === 'absent' && found !== undefined) return 'conflict'
      if (expected !== 'absent' && found === undefined) return 'gone'
      if (expected !== 'absent' && found !== expected) return 'conflict'
    }
    await write(key, record)
    return 'stored'
  }

  return createGuardedStore({
    name,
    supports: Object.freeze({
      scan: sessions.canList,
      owners: false,
      prune: false,
      statistics: false,
      durable: true,
      shared: false,
    }),
    get: read,
    put: (key, record, expected) => queue.run(idOf(key), () => put(key, record, expected)),
    touch: (key, expiresAt) =>
      queue.run(idOf(key), async () => {
        const record = await read(key)
        if (record === undefined) return false
        await write(key, { ...record, expiresAt })
        return true
      }),
    destroy: (key) => queue.run(idOf(key), () => sessions.destroy(idOf(key))),
    async *scan({ signal } = {}) {
      const listed = await sessions.list()
      for (const each of listed) {
        signal?.throwIfAborted()
        const key = toKey(each)
        if (key === undefined) continue
        const record = fromExpressSession(name, key, each.session)
        if (record.expiresAt > clock.now()) yield { key, record }
      }
    },
    async ping() {
      await sessions.read('keyturn-ping')
    },
    close: async () => undefined,
  })
}

/** Sessions of the application may lie in the same store. */
function toKey({ id, session }: ListedExpressSession): StoreKey | undefined {
  if (session['keyturn'] === undefined) return undefined
  return Buffer.from(id, 'base64url')
}
