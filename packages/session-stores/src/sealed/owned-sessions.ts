import { type Keyring, type LiveKeyring, OpenError, ownerTags, UnknownKeyError } from '@keyturn/token-crypto'
import { StoreUnsupportedError } from '../errors.ts'
import type { SessionStore, StoredSession, StoreKey } from '../store.ts'
import { toStoreKey } from '../store-key.ts'
import type { OwnedSession, SessionMeta } from './session.ts'
import type { SessionData } from './session-data.ts'
import { parseSealed, type SessionSealer } from './session-sealer.ts'

/** The sessions of one user, whichever accepted key their owner was tagged under. */
export interface OwnedSessions {
  /**
   * Newest first. Those that no key opens are left out: nobody can use them either.
   *
   * @throws {StoreUnsupportedError} KEYTURN_STORE_UNSUPPORTED: the store keeps no owners.
   */
  listByOwner(userId: string): Promise<OwnedSession[]>
  /**
   * Ends every session of a user, all but `except` if given.
   *
   * @param options.except - Session id that stays.
   * @returns How many ended.
   * @throws {StoreUnsupportedError} KEYTURN_STORE_UNSUPPORTED: the store keeps no owners.
   */
  destroyByOwner(userId: string, options?: { readonly except?: string }): Promise<number>
  /**
   * Ends one session of a user by the `key` that `listByOwner` gave.
   *
   * @returns `false` when it is none of theirs.
   */
  destroyOwned(userId: string, key: StoreKey): Promise<boolean>
}

export interface OwnedSessionsOptions {
  readonly store: SessionStore
  readonly keyring: LiveKeyring
  readonly sealer: SessionSealer
}

export function createOwnedSessions({ store, keyring, sealer }: OwnedSessionsOptions): OwnedSessions {
  async function list(userId: string): Promise<StoredSession[]> {
    const find = requireOwners(store.listByOwner, store)
    const byKey = new Map<string, StoredSession>()
    for (const tag of olderFirst(keyring.current, userId)) {
      for (const session of await find(tag)) byKey.set(session.key.toString('hex'), session)
    }
    return [...byKey.values()].sort((a, b) => b.record.createdAt - a.record.createdAt)
  }

  async function destroyUnder(tags: readonly Buffer[], except: StoreKey | undefined): Promise<number> {
    const destroy = requireOwners(store.destroyByOwner, store)
    let ended = 0
    for (const tag of tags) ended += await destroy(tag, except === undefined ? {} : { except })
    return ended
  }

  return {
    async listByOwner(userId) {
      const opened = await Promise.all((await list(userId)).map((session) => openOwned(sealer, session)))
      return opened.filter((session) => session !== undefined)
    },
    async destroyByOwner(userId, { except } = {}) {
      const kept = except === undefined ? undefined : toStoreKey(except)
      let total = 0
      for (let pass = 1; pass <= MOST_PASSES; pass++) {
        const used = keyring.current
        const tags = olderFirst(used, userId)
        const ended = await destroyUnder(tags, kept)
        total += ended
        // Another process may tag under a key that is not known here yet.
        if (pass === 1) await keyring.refresh().catch(() => undefined)
        if (keyring.current === used && (ended === 0 || tags.length === 1)) break
      }
      return total
    },
    async destroyOwned(userId, key) {
      const owned = (await list(userId)).some((session) => session.key.equals(key))
      if (owned) await store.destroy(key)
      return owned
    },
  }
}

/** With several keys one pass may end sessions of one tag while others get another: it goes on until none was left. */
const MOST_PASSES = 10

/** Sessions are tagged anew under the primary: seen in this order, none slips from one look to the next. */
function olderFirst(keyring: Keyring, userId: string): Buffer[] {
  return ownerTags(keyring, userId).reverse()
}

function requireOwners<T extends (...parameters: never[]) => unknown>(method: T | undefined, store: SessionStore): T {
  if (method === undefined) throw new StoreUnsupportedError(store.name, 'owners')
  return method.bind(store) as T
}

async function openOwned(sealer: SessionSealer, { key, record }: StoredSession): Promise<OwnedSession | undefined> {
  try {
    const texts = await sealer.openLater(key, record)
    const data = parseSealed(texts.dataText) as SessionData
    return { ...texts, key, data, meta: parseSealed(texts.metaText) as SessionMeta }
  } catch (error) {
    if (error instanceof OpenError || error instanceof UnknownKeyError) return undefined
    throw error
  }
}
