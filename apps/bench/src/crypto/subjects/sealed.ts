import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, randomFillSync } from 'node:crypto'
import { open, type Place, seal } from '@keyturn/token-crypto'
import { type Comparison, synchronous } from '../measure.ts'
import { newKeyring, sameKeyring } from './keyring.ts'

const PLAIN_BYTES = 500
const NONCE_BYTES = 12
const TAG = { authTagLength: 16 }

const plain = randomBytes(PLAIN_BYTES)
const place = { kind: 'session', key: randomBytes(32) } as const satisfies Place
const keyring = newKeyring().current
const key = createSecretKey(randomBytes(32))

let pool = Buffer.alloc(0)
let used = 0

const BOUND = 'bare AES-256-GCM with associated data'

/** Sealed values against the cipher alone, which has no key id and must end after 2^32 messages. */
export const sealAndOpen: Comparison = {
  name: `Seal and open ${PLAIN_BYTES} bytes`,
  subjects: [
    synchronous('@keyturn/token-crypto', () => open(keyring, 'session', seal(keyring, 'session', plain, place), place)),
    synchronous(BOUND, () => decrypt(encrypt(pooledNonce(), place.key), place.key)),
    synchronous('bare AES-256-GCM, bound to nothing', () => decrypt(encrypt(pooledNonce()))),
    synchronous('bare AES-256-GCM, bound to nothing, randomBytes', () => decrypt(encrypt(randomBytes(NONCE_BYTES)))),
  ],
  goals: [{ against: BOUND, timesAsFast: 1 / 1.6 }],
}

// More than the message keys that a reader remembers, each value under one of its own.
const RECORDS = 4096
const records = Array.from({ length: RECORDS }, () => seal(sameKeyring(keyring), 'session', plain, place))
const bareRecord = encrypt(pooledNonce(), place.key)

/** The worst case: every value was sealed by another process, and none was opened lately. */
export const openUnseen: Comparison = {
  name: `Open ${PLAIN_BYTES} bytes, message key unknown`,
  subjects: [
    synchronous('@keyturn/token-crypto', (index) => open(keyring, 'session', records[index % RECORDS] as Buffer, place)),
    synchronous(BOUND, () => decrypt(bareRecord, place.key)),
  ],
  goals: [],
}

function pooledNonce(): Buffer {
  if (used === pool.length) {
    pool = randomFillSync(Buffer.alloc(NONCE_BYTES * 128))
    used = 0
  }
  used += NONCE_BYTES
  return pool.subarray(used - NONCE_BYTES, used)
}

function encrypt(nonce: Buffer, associated?: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, TAG)
  if (associated !== undefined) cipher.setAAD(associated)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(sealed: Buffer, associated?: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), TAG)
  if (associated !== undefined) decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -16)), decipher.final()])
}
