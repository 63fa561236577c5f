import type { KeyObject } from 'node:crypto'
import type { Keyring } from '../keyring/keyring.ts'
import { macOfText } from '../mac/text-mac.ts'
import { createRecentMap, type RecentMap } from '../recent/recent-map.ts'

/**
 * Keyed hash of a user id: finds the sessions of one user without storing who it is.
 *
 * @returns 32 bytes under the primary key; the same for the same id.
 * @throws {TypeError} `userId` is not a string, or is empty.
 */
export function createOwnerTag(keyring: Keyring, userId: string): Buffer {
  return tagWith(keyring.primary('owner').key, userId)
}

/** The tags of a user id under every accepted key, primary first: also sessions tagged under an older key are found. */
export function ownerTags(keyring: Keyring, userId: string): Buffer[] {
  return keyring.accepted('owner').map(({ key }) => tagWith(key, userId))
}

function tagWith(key: KeyObject, userId: string): Buffer {
  if (typeof userId !== 'string' || userId.length === 0) {
    throw new TypeError('An owner tag needs a user id, a string that is not empty.')
  }
  const known = tagsOf(key)
  const tag = known.get(userId) ?? macOfText(key, userId, 'binary')
  known.set(userId, tag)
  return Buffer.from(tag, 'latin1')
}

/** A session is written under the same tag again and again: whoever is active is remembered. */
const REMEMBERED_TAGS = 1024
const tagsOfKeys = new WeakMap<KeyObject, RecentMap<string>>()

function tagsOf(key: KeyObject): RecentMap<string> {
  let tags = tagsOfKeys.get(key)
  if (tags === undefined) {
    tags = createRecentMap(REMEMBERED_TAGS)
    tagsOfKeys.set(key, tags)
  }
  return tags
}
