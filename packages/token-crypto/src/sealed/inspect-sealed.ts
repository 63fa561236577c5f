import type { KeyId } from '../keyring/key-id.ts'
import { readHeader } from './sealed-format.ts'
import { decodeSealedText } from './sealed-text.ts'

/** What can be told of a sealed value without opening it. */
export interface SealedInfo {
  /** Of the format. */
  readonly version: number
  readonly keyId: KeyId
}

/**
 * Reads version and key id of a sealed value, bytes or text. Neither is proof that it opens.
 *
 * @returns `undefined` for what has no known form.
 */
export function inspectSealed(sealed: Uint8Array | string): SealedInfo | undefined {
  const bytes = typeof sealed === 'string' ? decodeSealedText(sealed) : sealed
  return bytes === undefined ? undefined : readHeader(bytes)
}
