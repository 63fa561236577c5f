import { type GenerateSecretOptions, generateSecret } from '@keyturn/token-crypto'
import { test } from 'tap'

const text = (options?: GenerateSecretOptions): string => generateSecret(options).expose().toString('latin1')

test('32 random bytes are 43 base64url characters', (t) => {
  t.match(text(), /^[A-Za-z0-9_-]{43}$/)
  t.end()
})

test('as hex they are 64 digits', (t) => {
  t.match(text({ encoding: 'hex' }), /^[0-9a-f]{64}$/)
  t.match(text({ encoding: 'hex', bytes: 48 }), /^[0-9a-f]{96}$/)
  t.end()
})

test('no two are alike', (t) => {
  const made = new Set(Array.from({ length: 1000 }, () => text()))
  t.equal(made.size, 1000)
  t.end()
})

test('fewer bytes than a key needs are refused', (t) => {
  for (const bytes of [31, 0, -1, 32.5, Number.NaN, Infinity, 1025]) {
    t.throws(() => generateSecret({ bytes }), TypeError, String(bytes))
  }
  t.throws(() => generateSecret({ encoding: 'base64' as unknown as 'hex' }), TypeError)
  t.end()
})
