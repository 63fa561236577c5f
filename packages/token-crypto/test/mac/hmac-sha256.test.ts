import { createHmac, createSecretKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { createHmacSha256 } from '../../src/mac/hmac-sha256.ts'
import { macOfText } from '../../src/mac/text-mac.ts'

const sign = (key: Uint8Array, message: Uint8Array): Buffer => {
  const mac = Buffer.alloc(32)
  createHmacSha256(createSecretKey(key)).signInto(mac, 0, message)
  return mac
}

t.test('gives the codes of RFC 4231', async (t) => {
  const cases = [
    [Buffer.alloc(20, 0x0b), Buffer.from('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [Buffer.alloc(20, 0xaa), Buffer.alloc(50, 0xdd), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  ] as const
  for (const [key, message, code] of cases) t.equal(sign(key, message).toString('hex'), code)
})

t.test('is what createHmac gives, for every key of up to a block and every length of message', async (t) => {
  const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: 1, maxLength, size: 'max' })
  const messages = fc.oneof(bytes(300), fc.integer({ min: 4090, max: 4200 }).map((length) => Buffer.alloc(length, 7)))
  const property = fc.property(bytes(64), fc.array(messages, { maxLength: 5 }), (key, texts) => {
    const hmac = createHmacSha256(createSecretKey(key))
    // A long message leaves bytes behind that a shorter one after it must not take in.
    return texts.every((message) => {
      const mac = Buffer.alloc(34, 1)
      hmac.signInto(mac, 1, message)
      return mac.subarray(1, 33).equals(createHmac('sha256', key).update(message).digest()) && mac[0] === 1 && mac[33] === 1
    })
  })
  fc.assert(property, { seed: 20_260_103, numRuns: 300 })
  t.pass('300 keys')
})

t.test('signs into the buffer that holds the message', async (t) => {
  const token = Buffer.concat([Buffer.from('message'), Buffer.alloc(32)])
  createHmacSha256(createSecretKey(Buffer.from('key'))).signInto(token, 7, token.subarray(0, 7))
  t.same(token.subarray(7), createHmac('sha256', 'key').update('message').digest())
})

t.test('refuses a key that would have to be hashed first', async (t) => {
  t.throws(() => createHmacSha256(createSecretKey(Buffer.alloc(65))), TypeError)
  t.throws(() => createHmacSha256(generateKeyPairSync('ed25519').privateKey), TypeError)
})

t.test('of texts it is what createHmac gives, under keys of any length', async (t) => {
  const texts = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.integer({ min: 1300, max: 4200 }).map((length) => '€'.repeat(length))), { maxLength: 5 })
  const property = fc.property(fc.uint8Array({ minLength: 1, maxLength: 200, size: 'max' }), texts, (key, given) => {
    const object = createSecretKey(key)
    return given.every((text) =>
      (['base64', 'binary'] as const).every((encoding) => macOfText(object, text, encoding) === createHmac('sha256', key).update(text, 'utf8').digest(encoding)),
    )
  })
  fc.assert(property, { seed: 20_260_104, numRuns: 500 })
  t.pass('500 keys')
})
