import { createKeyId, Secret } from '@keyturn/token-crypto'
import { test } from 'tap'
import { KNOWN_SECRET_TEXT, namedSecret } from '../fixtures/keyrings.ts'

test('is HKDF-SHA256 of the text under keyturn/v1/key-id', (t) => {
  // Computed with Python's hmac module.
  t.equal(createKeyId(Secret.fromText(KNOWN_SECRET_TEXT)), '4b3e8659721affa2')
  t.end()
})

test('names the same text alike and other texts apart', (t) => {
  t.equal(createKeyId(namedSecret('a')), createKeyId(namedSecret('a')))
  t.not(createKeyId(namedSecret('a')), createKeyId(namedSecret('b')))
  t.end()
})
