import { KeyturnError } from '@keyturn/token-crypto'
import { LegacyStoreUnavailableError } from '../errors.ts'
import type { LegacySession, LegacyStore } from './legacy-store.ts'

/**
 * The same store, whose failures carry a code and nothing else: the errors of drivers quote the command, and with it
 * ids and data of sessions.
 */
export function guardLegacyStore(store: LegacyStore): LegacyStore {
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw toLegacyError(store.name, error)
    }
  }

  async function* scan(): AsyncGenerator<LegacySession> {
    try {
      yield* store.scan()
    } catch (error) {
      throw toLegacyError(store.name, error)
    }
  }

  return Object.freeze({
    name: store.name,
    read: (id: string) => guarded(() => store.read(id)),
    write: (session: LegacySession, mode: 'create' | 'update') => guarded(() => store.write(session, mode)),
    destroy: (id: string) => guarded(() => store.destroy(id)),
    scan,
  })
}

function toLegacyError(name: string, error: unknown): unknown {
  if (error instanceof KeyturnError) return error
  const { code } = (error ?? {}) as { code?: unknown }
  return new LegacyStoreUnavailableError(name, typeof code === 'string' && /^[\w-]{1,40}$/.test(code) ? code : 'UNKNOWN')
}
