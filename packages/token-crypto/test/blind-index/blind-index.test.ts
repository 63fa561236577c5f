import { blindIndexes, type BlindIndexPlace, createBlindIndex } from '@keyturn/token-crypto'
import { test } from 'tap'
import { keyring, version } from '../fixtures/keyrings.ts'

const place: BlindIndexPlace = { table: 'users', column: 'email' }
const ring = keyring('a')

test('one value has one index, in one column, under one key', (t) => {
  const index = createBlindIndex(ring, place, 'a@example.com')
  t.equal(index.length, 32)
  t.same(createBlindIndex(ring, place, Buffer.from('a@example.com')), index)
  t.notSame(createBlindIndex(ring, place, 'b@example.com'), index)
  t.notSame(createBlindIndex(ring, { ...place, column: 'phone' }, 'a@example.com'), index)
  t.notSame(createBlindIndex(ring, { table: 'usersemail', column: 'a' }, '@example.com'), index)
  t.notSame(createBlindIndex(ring, { table: 'user', column: 'semail' }, 'a@example.com'), index)
  t.notSame(createBlindIndex(keyring('b'), place, 'a@example.com'), index)
  t.end()
})

test('a shorter index is the beginning of the whole', (t) => {
  const whole = createBlindIndex(ring, place, 'x')
  t.same(createBlindIndex(ring, place, 'x', { bytes: 8 }), whole.subarray(0, 8))
  for (const bytes of [3, 33, 8.5, Number.NaN]) t.throws(() => createBlindIndex(ring, place, 'x', { bytes }), TypeError)
  t.end()
})

test('after a rotation the older indexes are found too, the primary first', (t) => {
  const rotated = keyring('new', version('old', 'retiring'))
  t.same(blindIndexes(rotated, place, 'x', { bytes: 16 }), [
    createBlindIndex(keyring('new'), place, 'x', { bytes: 16 }),
    createBlindIndex(keyring('old'), place, 'x', { bytes: 16 }),
  ])
  t.equal(blindIndexes(rotated, place, 'x').length, 2)
  t.end()
})

test('needs a column and a value', (t) => {
  const wrong: unknown[] = [undefined, {}, { table: 't' }, { table: '', column: 'c' }, { table: 't', column: 7 }]
  for (const where of wrong) t.throws(() => createBlindIndex(ring, where as BlindIndexPlace, 'x'), TypeError)
  for (const value of [undefined, null, 7] as unknown as string[]) t.throws(() => createBlindIndex(ring, place, value), TypeError)
  t.end()
})
