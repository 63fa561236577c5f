import { hash } from 'node:crypto'
import type { StoreKey } from './store.ts'

/**
 * The name under which a store keeps a session: SHA-256 of its id, 32 bytes. Whoever reads the store learns no id that
 * a cookie could carry.
 *
 * @throws {TypeError} The id is not a string, or is empty.
 */
export function toStoreKey(id: string): StoreKey {
  if (typeof id !== 'string' || id.length === 0) throw new TypeError('A session id is a string that is not empty.')
  // A session that is made or ended is asked for its key several times in a row.
  // By way of a text: a digest as bytes gets memory of its own, which takes longer than the digest.
  if (id !== last.id) last = { id, key: Buffer.from(hash('sha256', id, 'binary'), 'latin1') }
  return last.key
}

let last: { readonly id: string; readonly key: StoreKey } = { id: '', key: Buffer.alloc(0) }
