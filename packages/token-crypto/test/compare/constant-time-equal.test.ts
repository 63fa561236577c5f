import { constantTimeEqual } from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { holds } from '../fixtures/properties.ts'

test('is true for the same text and bytes alone', (t) => {
  const text = fc.string({ unit: 'grapheme', maxLength: 4 })
  holds(fc.property(text, text, (a, b) => constantTimeEqual(a, b) === (a === b) && constantTimeEqual(a, Buffer.from(a))))
  t.ok(constantTimeEqual('', ''))
  t.notOk(constantTimeEqual('a', 'ab'), 'unequal length does not throw')
  t.end()
})

test('nothing is equal to what is no text', (t) => {
  for (const value of [undefined, null, 1, {}] as string[]) {
    t.throws(() => constantTimeEqual(value, value), TypeError)
    t.throws(() => constantTimeEqual('a', value), TypeError)
  }
  t.end()
})
