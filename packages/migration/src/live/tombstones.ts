import { hash } from 'node:crypto'
import type { SessionRecord, SessionStore, StoreKey } from '@keyturn/session-stores'
import type { Clock, KeyId } from '@keyturn/token-crypto'

/** Remembers for a while which sessions ended, where every process sees it. */
export interface Tombstones {
  bury(key: StoreKey): Promise<void>
  isBuried(key: StoreKey): Promise<boolean>
}

/** No key: what carries it is no session. */
export const TOMBSTONE_KEY_ID: KeyId = '0000000000000000'

/** Longer than any write that was under way can take. */
const REMEMBERED_MS = 120_000

/**
 * Two stores cannot be changed in one step: who copies from one to the other at the moment a session ends would bring
 * it back. So its end is written down first, and who copied looks there afterwards.
 *
 * A tombstone is a record of its own, under a key that no session id leads to, and goes by itself.
 */
export function createTombstones(store: SessionStore, clock: Clock): Tombstones {
  return {
    async bury(key) {
      const now = clock.now()
      const stone: SessionRecord = {
        sealed: Buffer.alloc(1),
        keyId: TOMBSTONE_KEY_ID,
        version: 1,
        ownerTag: undefined,
        createdAt: now,
        expiresAt: now + REMEMBERED_MS,
      }
      await store.put(stoneKey(key), stone, 'any')
    },
    isBuried: async (key) => (await store.get(stoneKey(key))) !== undefined,
  }
}

function stoneKey(key: StoreKey): StoreKey {
  return hash('sha256', Buffer.concat([Buffer.from('keyturn ended session\0'), key]), 'buffer')
}
