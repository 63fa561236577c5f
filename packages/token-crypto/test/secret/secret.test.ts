import { inspect } from 'node:util'
import { Secret } from '@keyturn/token-crypto'
import { test } from 'tap'
import { holds } from '../fixtures/properties.ts'
import fc from 'fast-check'

test('a secret is the UTF-8 bytes of its text as written', (t) => {
  const secret = Secret.fromText('pässwörd')
  t.equal(secret.byteLength, 10)
  t.equal(secret.expose().toString('utf8'), 'pässwörd')
  t.equal(Secret.fromText('ff00').byteLength, 4, 'hex is not decoded')
  t.end()
})

test('text and bytes make the same secret', (t) => {
  holds(
    fc.property(fc.string({ unit: 'grapheme' }), (text) =>
      Secret.fromText(text).equals(Secret.fromBytes(Buffer.from(text, 'utf8'))),
    ),
  )
  t.end()
})

test('what is given out is a copy', (t) => {
  const secret = Secret.fromBytes(Buffer.from('first'))
  secret.expose().fill(0)
  t.equal(secret.expose().toString(), 'first')
  t.end()
})

test('what is taken in is a copy', (t) => {
  const bytes = Buffer.from('first')
  const secret = Secret.fromBytes(bytes)
  bytes.fill(0)
  t.equal(secret.expose().toString(), 'first')
  t.end()
})

test('its memory is not shared with other buffers', (t) => {
  const secret = Secret.fromText('shared-memory-would-show-this')
  t.equal(secret.expose().buffer.byteLength, secret.byteLength)
  t.notOk(Buffer.from(Buffer.from('x').buffer).includes('shared-memory-would-show-this'))
  t.end()
})

test('secrets are equal when their bytes are', (t) => {
  const secret = Secret.fromText('one')
  t.ok(secret.equals(Secret.fromText('one')))
  t.notOk(secret.equals(Secret.fromText('two')))
  t.notOk(secret.equals(Secret.fromText('longer')))
  t.end()
})

test('an empty secret can be held, to be told that it is weak', (t) => {
  t.equal(Secret.fromText('').byteLength, 0)
  t.end()
})

test('prints as [secret] on every path', (t) => {
  const secret = Secret.fromText('never-printed')
  const printed = [
    String(secret),
    `${secret}`,
    `${secret as unknown as number}`,
    JSON.stringify(secret),
    JSON.stringify({ nested: [secret] }),
    inspect(secret),
    inspect({ nested: { secret } }, { depth: 9, showHidden: true }),
    inspect(secret, { customInspect: false, showHidden: true }),
    inspect(structuredClone(secret)),
    secret.valueOf(),
    secret.toString(),
    String((secret as unknown as number) + 1),
    inspect(Object.assign({}, secret)),
    JSON.stringify(Object.entries(secret)),
  ]
  for (const text of printed) t.notMatch(text, 'never-printed')
  t.equal(String(secret), '[secret]')
  t.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}')
  t.equal(inspect({ secret }), '{ secret: [secret] }')
  t.equal((secret as unknown as number) + 1, '[secret]1')
  t.end()
})

test('wrong arguments are refused without repeating them', (t) => {
  t.throws(() => Secret.fromText(Buffer.from('oops') as unknown as string), TypeError)
  t.throws(() => Secret.fromText(undefined as unknown as string), TypeError)
  t.throws(() => Secret.fromBytes('oops' as unknown as Uint8Array), TypeError)
  t.end()
})
