import { inspectSealed, open, OpenError, openText, type Place, rewrap, seal, sealText, UnknownKeyError } from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { keyring, version } from '../fixtures/keyrings.ts'
import { holds } from '../fixtures/properties.ts'

const old = keyring('old')
const rotated = keyring('new', version('old', 'retiring'))
const place: Place = { kind: 'column', table: 'accounts', column: 'token', row: '7' }

test('keeps the plain bytes and moves them to the primary', (t) => {
  holds(
    fc.property(fc.uint8Array({ maxLength: 200 }), (plain) => {
      const moved = rewrap(rotated, 'token', seal(old, 'token', plain, place), place)
      return inspectSealed(moved)?.keyId === version('new').id && open(keyring('new'), 'token', moved, place).equals(plain)
    }),
  )
  t.end()
})

test('text stays text', (t) => {
  const moved: string = rewrap(rotated, 'token', sealText(old, 'token', 'kept', place), place)
  t.equal(inspectSealed(moved)?.keyId, version('new').id)
  t.equal(openText(keyring('new'), 'token', moved, place), 'kept')
  t.end()
})

test('what is current already is sealed afresh', (t) => {
  const sealed = seal(rotated, 'token', Buffer.from('x'), place)
  const again = rewrap(rotated, 'token', sealed, place)
  t.notSame(again, sealed)
  t.equal(open(rotated, 'token', again, place).toString(), 'x')
  t.end()
})

test('does not move a value to another place or purpose', (t) => {
  const sealed = seal(old, 'token', Buffer.from('x'), place)
  t.throws(() => rewrap(rotated, 'token', sealed, { ...place, row: '8' }), OpenError)
  t.throws(() => rewrap(rotated, 'session', sealed, place), OpenError)
  t.throws(() => rewrap(rotated, 'token', 'no sealed text', place), OpenError)
  t.throws(() => rewrap(keyring('new'), 'token', sealed, place), UnknownKeyError)
  t.end()
})
