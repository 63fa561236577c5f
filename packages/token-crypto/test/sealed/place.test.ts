import { open, type Place, seal } from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { placeParts } from '../../src/sealed/place.ts'
import { keyring } from '../fixtures/keyrings.ts'

const key = Buffer.alloc(32, 7)
const ring = keyring('a')
const opens = (sealedAt: Place, openedAt: Place): boolean => {
  const sealed = seal(ring, 'token', Buffer.from('x'), sealedAt)
  try {
    open(ring, 'token', sealed, openedAt)
    return true
  } catch {
    return false
  }
}

test('a value opens where it was sealed and nowhere else', (t) => {
  const places: Place[] = [
    { kind: 'session', key },
    { kind: 'session', key: Buffer.alloc(32, 8) },
    { kind: 'column', table: 'ab', column: 'c', row: '1' },
    { kind: 'column', table: 'a', column: 'bc', row: '1' },
    { kind: 'column', table: 'a', column: 'b', row: 'c1' },
    { kind: 'column', table: 'ab', column: 'c', row: 2 },
    { kind: 'custom', name: 'ab', parts: ['c', '1'] },
    { kind: 'custom', name: 'ab', parts: ['c1'] },
    { kind: 'custom', name: 'ab', parts: ['c1', ''] },
    { kind: 'custom', name: 'ab', parts: [] },
    { kind: 'custom', name: 'session', parts: [key] },
    { kind: 'custom', name: 'long', parts: ['p'.repeat(600)] },
    { kind: 'custom', name: 'long', parts: ['p'.repeat(601)] },
  ]
  for (const [i, sealedAt] of places.entries()) {
    for (const [j, openedAt] of places.entries()) {
      t.equal(opens(sealedAt, openedAt), i === j, `${i} ${j}`)
    }
  }
  t.end()
})

test('a row is the same however the driver returns its key', (t) => {
  const at = (row: string | number | bigint | Uint8Array): Place => ({ kind: 'column', table: 't', column: 'c', row })
  for (const row of ['42', 42, 42n, Buffer.from('42')]) t.ok(opens(at('42'), at(row)))
  t.notOk(opens(at('42'), at('042')))
  t.ok(opens(at(-1), at('-1')))
  t.end()
})

test('a place that lacks a part is refused, sealing and opening', (t) => {
  const wrong: unknown[] = [
    undefined,
    null,
    {},
    { kind: 'constructor' },
    { kind: 'session' },
    { kind: 'session', key: 'text' },
    { kind: 'session', key: Buffer.alloc(0) },
    { kind: 'column', table: 't', column: 'c' },
    { kind: 'column', table: 't', column: 'c', row: '' },
    { kind: 'column', table: 't', column: 'c', row: Buffer.alloc(0) },
    { kind: 'column', table: 't', column: 'c', row: 1.5 },
    { kind: 'column', table: 't', column: 'c', row: 2 ** 53 },
    { kind: 'column', table: 't', column: 'c', row: Number.NaN },
    { kind: 'column', table: '', column: 'c', row: 1 },
    { kind: 'column', table: 't', column: undefined, row: 1 },
    { kind: 'custom', name: 'n' },
    { kind: 'custom', name: 'n', parts: 'text' },
    { kind: 'custom', name: 'n', parts: [undefined] },
    { kind: 'custom', name: 'n', parts: [1] },
    { kind: 'custom', name: 'n'.repeat(0), parts: [] },
  ]
  const sealed = seal(ring, 'token', Buffer.from('x'), { kind: 'session', key })
  for (const place of wrong as Place[]) {
    t.throws(() => seal(ring, 'token', Buffer.from('x'), place), TypeError, JSON.stringify(place))
    t.throws(() => open(ring, 'token', sealed, place), TypeError)
  }
  t.end()
})

test('parts keep their borders', (t) => {
  const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 4 })
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const differ = JSON.stringify(a) !== JSON.stringify(b)
      const placeOf = (list: Uint8Array[]): Place => ({ kind: 'custom', name: 'n', parts: list })
      return opens(placeOf(a), placeOf(b)) !== differ
    }),
    { seed: 1, numRuns: 2000 },
  )
  t.equal(placeParts({ kind: 'custom', name: 'n', parts: ['a'] }).length, 2)
  t.end()
})
