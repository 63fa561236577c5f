import type { SessionStore } from '@keyturn/session-stores'
import { SessionsNotStoredError } from '../errors.ts'
import type { UserSessions } from '../session/user-sessions.ts'

const refuse = async (): Promise<never> => {
  throw new SessionsNotStoredError()
}

/** Stands where a store would: browsers keep the sessions. */
export function createNoStore(): SessionStore {
  return {
    name: 'cookie',
    supports: { scan: false, owners: false, prune: false, statistics: false, durable: true, shared: true },
    get: refuse,
    put: refuse,
    touch: refuse,
    destroy: refuse,
    ping: async () => {},
    close: async () => {},
  }
}

/** @returns What rejects whatever it is asked: nobody here knows which sessions there are. */
export function createNoUserSessions(): UserSessions {
  return { list: refuse, end: refuse, endAll: refuse, update: refuse }
}
