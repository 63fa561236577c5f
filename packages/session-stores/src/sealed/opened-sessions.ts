import { LRUCache } from 'lru-cache'
import type { StoreKey } from '../store.ts'
import type { SessionMeta } from './session.ts'
import type { OpenedTexts } from './session-sealer.ts'

/** A session as it was opened, and the very bytes that it was opened from. */
export interface OpenedSession {
  readonly key: StoreKey
  readonly texts: OpenedTexts
  /** Frozen: every request that recalls it gets the same object. */
  readonly meta: SessionMeta
}

/**
 * Remembers by their ids the sessions that were opened lately, so that a record whose bytes are still the same is not
 * decrypted again. It answers nothing by itself: the store is read each time, and its bytes decide.
 */
export interface OpenedSessions {
  get(id: string): OpenedSession | undefined
  set(id: string, opened: OpenedSession): void
  delete(id: string): void
}

/** Id, key and objects of an entry. Measured at about 900. */
const ENTRY_BYTES = 1000

/** @param maxBytes - 0 remembers nothing. */
export function createOpenedSessions(maxBytes: number): OpenedSessions {
  if (maxBytes === 0) return { get: () => undefined, set: () => {}, delete: () => {} }
  const entries = new LRUCache<string, OpenedSession>({
    maxSize: maxBytes,
    sizeCalculation: ({ texts: { sealed, dataText, metaText } }) => ENTRY_BYTES + sealed.length + dataText.length + metaText.length,
  })
  return {
    get: (id) => entries.get(id),
    set(id, { key, texts, meta }) {
      // A view of a larger buffer, such as a driver's, would keep all of it.
      entries.set(id, { key, texts: { ...texts, sealed: Buffer.from(texts.sealed) }, meta })
    },
    delete: (id) => void entries.delete(id),
  }
}
