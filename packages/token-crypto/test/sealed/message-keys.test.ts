import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { test } from 'tap'
import { messageKeysOf } from '../../src/sealed/message-keys.ts'
import { deriveMessageKey } from '../../src/sealed/xaes-256-gcm.ts'

const newRoot = (): KeyObject => createSecretKey(randomBytes(32))

function draw(root: KeyObject): { nonce: Buffer; key: KeyObject } {
  const nonce = Buffer.alloc(24)
  const key = messageKeysOf(root).next(nonce, 0)
  return { nonce, key }
}

test('no nonce is handed out twice', (t) => {
  const root = newRoot()
  const drawn = Array.from({ length: 5000 }, () => draw(root).nonce)
  t.equal(new Set(drawn.map((nonce) => nonce.toString('hex'))).size, 5000)
  t.equal(new Set(drawn.map((nonce) => nonce.toString('hex', 12))).size, 5000, 'nor its second half')
  t.equal(new Set(drawn.map((nonce) => nonce.toString('hex', 0, 12))).size, 5, 'the first half serves 1024 messages')
  t.end()
})

test('the key belongs to its nonce and to its root', (t) => {
  const roots = [newRoot(), newRoot()]
  for (let i = 0; i < 1100; i++) {
    for (const root of roots) {
      const { nonce, key } = draw(root)
      if (!key.equals(deriveMessageKey(root, nonce))) t.fail('a key of another nonce')
    }
  }
  t.pass()
  t.end()
})

test('writes where it is told and nowhere else', (t) => {
  const target = Buffer.alloc(26)
  messageKeysOf(newRoot()).next(target, 1)
  t.equal(target[0], 0)
  t.equal(target[25], 0)
  t.notSame(target.subarray(1, 25), Buffer.alloc(24))
  t.end()
})

test('recalls the keys that it drew and those that it was told of, of the same root', (t) => {
  const root = newRoot()
  const { nonce, key } = draw(root)
  t.equal(messageKeysOf(root).recall(nonce), key)
  const other = randomBytes(24)
  t.equal(messageKeysOf(root).recall(other), undefined)
  messageKeysOf(root).remember(other, deriveMessageKey(root, other))
  t.ok(messageKeysOf(root).recall(other)?.equals(deriveMessageKey(root, other)))
  t.equal(messageKeysOf(newRoot()).recall(other), undefined)
  t.end()
})
