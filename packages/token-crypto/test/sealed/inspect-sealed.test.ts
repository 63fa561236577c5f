import { inspectSealed, type Place, seal, sealText } from '@keyturn/token-crypto'
import { test } from 'tap'
import { knownKeyring } from '../fixtures/keyrings.ts'

const place: Place = { kind: 'session', key: Buffer.alloc(32, 1) }
const expected = { version: 1, keyId: '4b3e8659721affa2' }

test('tells version and key id of bytes and of text', (t) => {
  t.same(inspectSealed(seal(knownKeyring(), 'session', Buffer.from('x'), place)), expected)
  t.same(inspectSealed(sealText(knownKeyring(), 'session', 'x', place)), expected)
  t.end()
})

test('knows nothing of what has another form', (t) => {
  const fernet = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='
  for (const other of [fernet, 'kt1.', `kt1.${'A'.repeat(80)}`, '', Buffer.alloc(49), Buffer.alloc(48, 1)]) {
    t.equal(inspectSealed(other), undefined)
  }
  t.end()
})
