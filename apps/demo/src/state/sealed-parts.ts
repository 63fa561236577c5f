import { inspectSealed } from '@keyturn/token-crypto'
import type { SealedParts } from '../page/page-state.ts'

// version 1 ‖ key id 8 ‖ nonce 24 ‖ ciphertext ‖ tag 16
const KEY_ID_AT = 1
const NONCE_AT = 9
const CIPHERTEXT_AT = 33
const TAG_BYTES = 16

/** Cuts sealed bytes where their parts begin. @returns `undefined` when they have not the known form. */
export function sealedParts(sealed: Buffer): SealedParts | undefined {
  if (inspectSealed(sealed) === undefined) return undefined
  const cut = (from: number, to: number): string => sealed.toString('hex', from, to)
  const tagAt = sealed.length - TAG_BYTES
  return {
    version: cut(0, KEY_ID_AT),
    keyId: cut(KEY_ID_AT, NONCE_AT),
    nonce: cut(NONCE_AT, CIPHERTEXT_AT),
    ciphertext: cut(CIPHERTEXT_AT, tagAt),
    tag: cut(tagAt, sealed.length),
  }
}
