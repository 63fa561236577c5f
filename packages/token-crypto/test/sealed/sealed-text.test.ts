import { open, openText, OpenError, type Place, sealText, UnknownKeyError } from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { encodeSealedText } from '../../src/sealed/sealed-text.ts'
import { seal } from '../../src/sealed/seal.ts'
import { keyring } from '../fixtures/keyrings.ts'
import { holds } from '../fixtures/properties.ts'

const ring = keyring('a')
const place: Place = { kind: 'column', table: 'accounts', column: 'token', row: 7 }

test('text comes back as it was', (t) => {
  holds(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => openText(ring, 'token', sealText(ring, 'token', text, place), place) === text),
  )
  t.end()
})

test('is a prefix and base64url, 70 characters longer than 4/3 of the text', (t) => {
  const sealed = sealText(ring, 'token', 'x'.repeat(300), place)
  t.match(sealed, /^kt1\.[A-Za-z0-9_-]+$/)
  t.equal(sealed.length, 400 + 70)
  t.end()
})

test('is the bytes form in base64url', (t) => {
  const sealed = sealText(ring, 'token', 'text', place)
  t.equal(open(ring, 'token', Buffer.from(sealed.slice(4), 'base64url'), place).toString(), 'text')
  t.end()
})

test('a text has one spelling', (t) => {
  const sealed = sealText(ring, 'token', 'four', place)
  const others = [
    `${sealed}=`,
    ` ${sealed}`,
    `${sealed} `,
    sealed.slice(4),
    `KT1.${sealed.slice(4)}`,
    `kt2.${sealed.slice(4)}`,
    `${sealed}A`,
    sealed.slice(0, -1),
    'kt1.',
    '',
    undefined,
    Buffer.from(sealed),
  ]
  for (const other of others as string[]) t.throws(() => openText(ring, 'token', other, place), OpenError)
  t.end()
})

test('surplus bits of the last character are refused', (t) => {
  // 50 bytes: the last character holds four bits of nothing.
  const sealed = sealText(ring, 'token', 'x', place)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(sealed.at(-1) as string)
  const other = sealed.slice(0, -1) + alphabet[last + 1]
  t.same(Buffer.from(other.slice(4), 'base64url'), Buffer.from(sealed.slice(4), 'base64url'))
  t.throws(() => openText(ring, 'token', other, place), OpenError)
  t.end()
})

test('an unknown key is told apart', (t) => {
  t.throws(() => openText(ring, 'token', sealText(keyring('b'), 'token', 'x', place), place), UnknownKeyError)
  t.end()
})

test('bytes that are no text do not open as text', (t) => {
  const sealed = encodeSealedText(seal(ring, 'token', Buffer.from([0xff, 0xfe]), place))
  t.throws(() => openText(ring, 'token', sealed, place), OpenError)
  t.end()
})

test('only whole text is sealed', (t) => {
  for (const wrong of [undefined, null, 7, Buffer.from('x'), 'half \ud83d'] as string[]) {
    t.throws(() => sealText(ring, 'token', wrong, place), TypeError)
  }
  t.end()
})
