import { createOwnerTag, ownerTags } from '@keyturn/token-crypto'
import { test } from 'tap'
import { keyring, knownKeyring, version } from '../fixtures/keyrings.ts'

test('is the HMAC-SHA256 of the user id under the owner key', (t) => {
  // Computed with Python's hmac module.
  const expected = '1139cf39eda285492a4bb7cdb54f70592ac89bd7afc1932a4548add40cbfbbd6'
  t.equal(createOwnerTag(knownKeyring(), 'user-1').toString('hex'), expected)
  t.end()
})

test('one user has one tag, another user another', (t) => {
  const ring = keyring('a')
  t.same(createOwnerTag(ring, 'user-1'), createOwnerTag(ring, 'user-1'))
  t.notSame(createOwnerTag(ring, 'user-1'), createOwnerTag(ring, 'user-2'))
  t.notSame(createOwnerTag(ring, 'user-1'), createOwnerTag(keyring('b'), 'user-1'))
  t.end()
})

test('after a rotation the older tags are found too, the primary first', (t) => {
  const rotated = keyring('new', version('old', 'retiring'))
  t.same(ownerTags(rotated, 'user-1'), [
    createOwnerTag(keyring('new'), 'user-1'),
    createOwnerTag(keyring('old'), 'user-1'),
  ])
  t.end()
})

test('nobody has no tag', (t) => {
  for (const nobody of ['', undefined, 7] as string[]) {
    t.throws(() => createOwnerTag(keyring('a'), nobody), TypeError)
    t.throws(() => ownerTags(keyring('a'), nobody), TypeError)
  }
  t.end()
})
