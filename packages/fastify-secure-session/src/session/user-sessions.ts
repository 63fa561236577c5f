import { type OwnedSession, type SealedSessions, type StoreKey, StoreUnavailableError } from '@keyturn/session-stores'
import { SessionStoreUnavailableError } from '../errors.ts'
import type { SessionEvents } from '../events/session-events.ts'

/** Sessions by user and by id, for devices pages and administrators. */
export interface UserSessions {
  /** Sessions of one user, newest first. An entry's `key` ends it; its id only its own browser knows. */
  list(userId: string): Promise<OwnedSession[]>
  /**
   * Ends one session of a user by the `key` that `list` gave.
   *
   * @returns `false` when it is none of theirs.
   */
  end(userId: string, key: StoreKey): Promise<boolean>
  /**
   * Ends every session of a user, all but the one whose id is `except`, such as `request.session.sessionId`.
   *
   * @returns How many ended.
   */
  endAll(userId: string, options?: { readonly except?: string }): Promise<number>
  /** Changes the data of one session in a step that nothing comes between. `undefined` when there is none. */
  update: SealedSessions['update']
}

export function createUserSessions(sealed: SealedSessions, events: SessionEvents): UserSessions {
  return {
    list: (userId) => orUnavailable(sealed.listByOwner(userId)),
    async end(userId, key) {
      const ended = await orUnavailable(sealed.destroyOwned(userId, key))
      if (ended) events.emit('ended', { userId })
      return ended
    },
    async endAll(userId, options) {
      const ended = await orUnavailable(sealed.destroyByOwner(userId, options))
      if (ended > 0) events.emit('ended', { userId })
      return ended
    },
    update: (id, change) => orUnavailable(sealed.update(id, change)),
  }
}

/** An outage is one error with one status, wherever it is met. */
async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof StoreUnavailableError ? new SessionStoreUnavailableError(error) : error
  }
}
