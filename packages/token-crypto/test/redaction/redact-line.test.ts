import { createRedactor, type JsonValue, Secret } from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { secretText } from '../fixtures/keyrings.ts'
import { holds } from '../fixtures/properties.ts'

const text = secretText('hidden')
const redactor = createRedactor({ secrets: [Secret.fromText(text)], keys: ['x-api-key', 'a.b(c'] })
const redact = (value: unknown): unknown => JSON.parse(redactor.redactLine(JSON.stringify(value)))
const hidden = '[redacted]'

test('hidden properties are replaced whole, at any depth and in any case', (t) => {
  const headers = { Cookie: 'a=b; c="d\\"e"', 'set-cookie': ['a=b', 'c=]}"'], AUTHORIZATION: { scheme: 'Bearer', list: [[1], {}] }, 'Proxy-Authorization': '' }
  const expected = { Cookie: hidden, 'set-cookie': hidden, AUTHORIZATION: hidden, 'Proxy-Authorization': hidden }
  t.same(redact({ req: { deep: [{ headers }] }, after: 1 }), { req: { deep: [{ headers: expected }] }, after: 1 })
  t.same(redact({ 'x-api-key': 'k', 'X-API-Key': 'k', 'a.b(c': 'k', apikey: 'k' }), {
    'x-api-key': hidden,
    'X-API-Key': hidden,
    'a.b(c': hidden,
    apikey: 'k',
  })
  t.end()
})

test('a number, null or a boolean in their place is left', (t) => {
  const line = { cookie: null, authorization: 7, 'set-cookie': true }
  t.same(redact(line), line)
  t.end()
})

test("Node's rawHeaders are names and values in turn", (t) => {
  t.same(redact({ rawHeaders: ['Host', 'x', 'Cookie', 'a=b', 'Accept', '*'] }), {
    rawHeaders: ['Host', 'x', 'Cookie', hidden, 'Accept', '*'],
  })
  const others = [['cookie', 7, ['cookie', {}]], { name: 'cookie', value: 'a=b' }, 'cookie']
  t.same(redact(others), others, 'no values of a header')
  t.end()
})

test('JSON within JSON is looked into, however deep, and stays JSON', (t) => {
  const inner = { headers: { authorization: 'Bearer "x\\" y', cookie: ['a', { b: ']' }] }, after: 'kept' }
  let written = JSON.stringify(inner)
  for (let level = 1; level <= 3; level++) {
    let redacted = (redact({ body: written, after: 'kept' }) as { body: string; after: string }).body
    for (let i = 1; i < level; i++) redacted = JSON.parse(redacted) as string
    t.same(JSON.parse(redacted), { headers: { authorization: hidden, cookie: hidden }, after: 'kept' }, `level ${level}`)
    written = JSON.stringify(written)
  }
  t.end()
})

test('JSON within JSON that was cut ends where its string ends', (t) => {
  for (const cut of ['{"cookie":"abc', '{"cookie":["abc', '{"cookie":{"a":1', '{"cookie":"abc\\"', '{"cookie":', '{"cookie":"']) {
    const redacted = redact({ body: cut, after: 'kept' }) as { body: string; after: string }
    t.equal(redacted.after, 'kept', cut)
    t.notMatch(redacted.body, 'abc')
  }
  t.end()
})

test('a line that is no JSON does not hang or throw', (t) => {
  for (const line of ['"cookie":"abc', '"cookie":["abc', '\\\\"cookie\\\\":"abc"', '"cookie":', '"cookie":[', '\\"cookie\\":\\"a"b']) {
    t.notMatch(redactor.redactLine(line), 'abc"', line)
  }
  holds(fc.property(fc.string({ unit: fc.constantFrom('"', '\\', 'cookie', ':', ',', '[', ']', '{', '}', 'a') }), (line) => typeof redactor.redactLine(line) === 'string'))
  t.end()
})

test('any JSON stays the JSON it was but for what is hidden', (t) => {
  const keys = fc.constantFrom('a', 'b"', 'cookie', 'Authorization', '\\')
  const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<JsonValue>(null, true, 7, '', '"', 'cookie', 'Authorization', '\\', text, `x${text}y`, '\\"cookie\\"', '[', '}'),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(keys, tie('json'), { maxKeys: 4 }),
    ),
  }))
  holds(fc.property(json, (value) => JSON.stringify(redact(value)) === JSON.stringify(expected(value))))
  t.end()
})

test('bytes that JSON wrote as numbers are read', (t) => {
  const bytes = Buffer.from(`user:${text}`)
  t.same(redact({ bytes, view: new Uint8Array(bytes), array: Buffer.from('harmless'), other: new Uint8Array(3) }), {
    bytes: hidden,
    view: hidden,
    array: { type: 'Buffer', data: [...Buffer.from('harmless')] },
    other: { 0: 0, 1: 0, 2: 0 },
  })
  t.same(redact({ wide: Buffer.from(text, 'utf16le'), decoded: Buffer.from(text, 'base64url'), none: Buffer.alloc(0) }), {
    wide: hidden,
    decoded: hidden,
    none: { type: 'Buffer', data: [] },
  })
  t.end()
})

/** What the line must say, from the value itself. */
function expected(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replaceAll(text, hidden)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each, i) => (typeof each === 'string' && isHeader(value[i - 1]) ? hidden : expected(each)))
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const isWhole = typeof each === 'string' || (typeof each === 'object' && each !== null)
      return [key, isWhole && /^(cookie|authorization)$/i.test(key) ? hidden : expected(each as JsonValue)]
    }),
  )
}

function isHeader(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && /^(cookie|authorization)$/i.test(value)
}
