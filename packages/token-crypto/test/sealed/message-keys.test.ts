import { createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'tap'
import { nextMessageKey } from '../../src/sealed/message-keys.ts'
import { deriveMessageKeys } from '../../src/sealed/xaes-256-gcm.ts'

test('no nonce is handed out twice', (t) => {
  const root = createSecretKey(randomBytes(32))
  const seen = new Set(Array.from({ length: 1000 }, () => nextMessageKey(root).nonce.toString('hex')))
  t.equal(seen.size, 1000)
  t.end()
})

test('a nonce that was handed out stays as it was', (t) => {
  const root = createSecretKey(randomBytes(32))
  const { nonce } = nextMessageKey(root)
  const before = nonce.toString('hex')
  for (let i = 0; i < 500; i++) nextMessageKey(root)
  t.equal(nonce.toString('hex'), before)
  t.end()
})

test('the key belongs to its nonce and to its root', (t) => {
  const roots = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))]
  for (let i = 0; i < 200; i++) {
    for (const root of roots) {
      const { nonce, key } = nextMessageKey(root)
      if (!key.export().equals(deriveMessageKeys(root, nonce))) t.fail('a key of another nonce')
    }
  }
  t.pass()
  t.end()
})
