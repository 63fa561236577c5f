import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, randomFillSync } from 'node:crypto'
import { open, type Place, seal } from '@keyturn/token-crypto'
import { type Comparison, synchronous } from '../measure.ts'
import { newKeyring } from './keyring.ts'

const PLAIN_BYTES = 500
const NONCE_BYTES = 12
const TAG = { authTagLength: 16 }

const plain = randomBytes(PLAIN_BYTES)
const place: Place = { kind: 'session', key: randomBytes(32) }
const keyring = newKeyring().current
const key = createSecretKey(randomBytes(32))

/** Sealed values against the cipher alone, which has no key id, is bound to nothing, and must end after 2^32 messages. */
export const sealAndOpen: Comparison = {
  name: `Seal and open ${PLAIN_BYTES} bytes`,
  subjects: [
    synchronous('@keyturn/token-crypto', () => open(keyring, 'session', seal(keyring, 'session', plain, place), place)),
    synchronous('bare AES-256-GCM, pooled nonces', () => decrypt(encrypt(pooledNonce()))),
    synchronous('bare AES-256-GCM, randomBytes', () => decrypt(encrypt(randomBytes(NONCE_BYTES)))),
  ],
  goals: [{ against: 'bare AES-256-GCM, pooled nonces', timesAsFast: 1 / 1.6 }],
}

let pool = Buffer.alloc(0)
let used = 0

function pooledNonce(): Buffer {
  if (used === pool.length) {
    pool = randomFillSync(Buffer.alloc(NONCE_BYTES * 128))
    used = 0
  }
  used += NONCE_BYTES
  return pool.subarray(used - NONCE_BYTES, used)
}

function encrypt(nonce: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, TAG)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), TAG)
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -16)), decipher.final()])
}
