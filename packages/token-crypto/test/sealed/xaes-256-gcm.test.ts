import { createHash, createSecretKey, type KeyObject } from 'node:crypto'
import { test } from 'tap'
import { decryptGcm, encryptGcm, type GcmInput } from '../../src/sealed/aes-256-gcm.ts'
import { deriveMessageKey } from '../../src/sealed/xaes-256-gcm.ts'

// Vectors: https://c2sp.org/XAES-256-GCM
const nonce = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX')
const data = Buffer.from('XAES-256-GCM')
const vectors = [
  {
    name: 'first bit of L is 0',
    key: '01'.repeat(32),
    aad: '',
    messageKey: 'c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b',
    sealed: 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271',
  },
  {
    name: 'first bit of L is 1',
    key: '03'.repeat(32),
    aad: 'c2sp.org/XAES-256-GCM',
    messageKey: 'e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8',
    sealed: '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d',
  },
]

for (const vector of vectors) {
  test(`vector of the specification: ${vector.name}`, (t) => {
    const key = createSecretKey(Buffer.from(vector.key, 'hex'))
    const aad = Buffer.from(vector.aad)
    t.equal(deriveMessageKey(key, nonce).export().toString('hex'), vector.messageKey)
    const { ciphertext, tag } = encryptGcm(xaes(key, nonce, aad, data))
    t.equal(ciphertext.toString('hex') + tag.toString('hex'), vector.sealed)
    t.same(decryptGcm({ ...xaes(key, nonce, aad, ciphertext), tag }), data)
    t.end()
  })
}

test('accumulated vector of the specification: 10 000 random messages', (t) => {
  const random = randomStream(10_000 * (32 + 24 + 2 + 255 + 255))
  const sealed = createHash('shake128', { outputLength: 32 })
  for (let i = 0; i < 10_000; i++) {
    const key = createSecretKey(random(32))
    const nonce = random(24)
    const data = random(random(1)[0] as number)
    const aad = random(random(1)[0] as number)
    const { ciphertext, tag } = encryptGcm(xaes(key, nonce, aad, data))
    sealed.update(ciphertext).update(tag)
    if (!decryptGcm({ ...xaes(key, nonce, aad, ciphertext), tag })?.equals(data)) t.fail(`message ${i} does not open`)
  }
  t.equal(sealed.digest('hex'), 'e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939')
  t.end()
})

test('a tag of another length is refused', (t) => {
  const key = createSecretKey(Buffer.alloc(32, 9))
  const aad = Buffer.alloc(0)
  const { ciphertext, tag } = encryptGcm(xaes(key, nonce, aad, data))
  t.throws(() => decryptGcm({ ...xaes(key, nonce, aad, ciphertext), tag: tag.subarray(0, 4) }))
  t.equal(decryptGcm({ ...xaes(key, nonce, aad, ciphertext), tag: Buffer.alloc(16) }), undefined)
  t.end()
})

/** XAES-256-GCM as the specification puts it together. */
function xaes(root: KeyObject, nonce: Buffer, aad: Buffer, data: Buffer): GcmInput {
  return { key: deriveMessageKey(root, nonce), iv: nonce.subarray(12), aad, data }
}

/** The SHAKE-128 stream of nothing: the random numbers of the specification. */
function randomStream(length: number): (bytes: number) => Buffer {
  const stream = createHash('shake128', { outputLength: length }).digest()
  let at = 0
  return (bytes) => stream.subarray(at, (at += bytes))
}
