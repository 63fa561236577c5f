import { type JsonValue, openJson, OpenError, openText, type Place, sealJson, sealText } from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { keyring } from '../fixtures/keyrings.ts'
import { holds } from '../fixtures/properties.ts'

const ring = keyring('a')
const place: Place = { kind: 'custom', name: 'settings', parts: ['user', '7'] }
const same = (value: JsonValue): JsonValue => value

test('a JSON value comes back as JSON has it', (t) => {
  holds(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const sealed = sealJson(ring, 'token', value, place)
      return JSON.stringify(openJson(ring, 'token', sealed, place, same)) === JSON.stringify(value)
    }),
  )
  t.end()
})

test('what is read is checked and typed by the caller', (t) => {
  const sealed = sealJson(ring, 'token', { count: 3, gone: undefined }, place)
  const readCount = (value: JsonValue): number => (value as { count: number }).count
  const count: number = openJson(ring, 'token', sealed, place, readCount)
  t.equal(count, 3)
  t.equal(openText(ring, 'token', sealed, place), '{"count":3}')
  const refuse = (): never => {
    throw new RangeError('not what was expected')
  }
  t.throws(() => openJson(ring, 'token', sealed, place, refuse), RangeError)
  t.end()
})

test('what JSON would lose is refused', (t) => {
  const lossy: unknown[] = [
    undefined,
    () => 1,
    Symbol('s'),
    1n,
    Number.NaN,
    Infinity,
    { deep: [{ n: -Infinity }] },
    { f: () => 1 },
    [1, undefined],
  ]
  for (const value of lossy) t.throws(() => sealJson(ring, 'token', value as JsonValue, place), TypeError)
  t.end()
})

test('sealed text that is no JSON has the one error, which does not quote it', (t) => {
  const sealed = sealText(ring, 'token', 'do-not-quote-me {', place)
  const error = t.throws(() => openJson(ring, 'token', sealed, place, same), OpenError) as OpenError
  t.notMatch(error.message, 'do-not-quote-me')
  t.equal(error.cause, undefined)
  t.end()
})
