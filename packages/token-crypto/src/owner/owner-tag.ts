import type { KeyObject } from 'node:crypto'
import type { Keyring } from '../keyring/keyring.ts'
import { macOfText } from '../mac/text-mac.ts'

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
  return Buffer.from(macOfText(key, userId, 'binary'), 'latin1')
}
