import { createRedactor, Secret } from '@keyturn/token-crypto'
import { test } from 'tap'
import { secretText } from '../fixtures/keyrings.ts'

const text = secretText('hidden')
const secret = Secret.fromText(text)
const { redact } = createRedactor({ secrets: [secret], keys: ['password'] })
const hidden = '[redacted]'

test('a value without secrets comes back as it is', (t) => {
  const value = { a: [1, 'x', null, undefined, { b: new Date(0) }], n: 7, f: () => 1, bytes: Buffer.from('x'), cookie: null }
  t.equal(redact(value), value)
  for (const plain of [undefined, null, 7, true, 'text', 1n]) t.equal(redact(plain), plain)
  t.end()
})

test('strings, nested objects and arrays are copied with secrets replaced', (t) => {
  const value = { msg: `it is ${text}`, list: ['x', { deep: text, n: 1 }], same: 'kept', cookie: undefined }
  t.same(redact(value), { msg: `it is ${hidden}`, list: ['x', { deep: hidden, n: 1 }], same: 'kept', cookie: undefined })
  t.equal(value.list[0], 'x')
  t.match(value.msg, text, 'the original is left')
  t.equal(redact(text), hidden)
  t.end()
})

test('hidden properties are replaced whole', (t) => {
  const headers = { Cookie: 'a=b', Authorization: ['x'], PASSWORD: { a: 1 }, 'set-cookie': 7, host: 'x' }
  t.same(redact({ headers, raw: ['Host', 'x', 'Cookie', 'a=b', 'Cookie', 7] }), {
    headers: { Cookie: hidden, Authorization: hidden, PASSWORD: hidden, 'set-cookie': hidden, host: 'x' },
    raw: ['Host', 'x', 'Cookie', hidden, 'Cookie', 7],
  })
  t.end()
})

test('errors stay errors, with message, stack, causes and properties redacted', (t) => {
  const cause = new TypeError(`caused by ${text}`)
  const error = Object.assign(new RangeError('outer', { cause }), { config: { headers: { authorization: 'x' } } })
  const redacted = redact({ err: error }) as { err: typeof error }
  t.ok(redacted.err instanceof RangeError)
  t.equal(redacted.err.message, 'outer')
  t.ok(redacted.err.cause instanceof TypeError)
  t.equal((redacted.err.cause as Error).message, `caused by ${hidden}`)
  t.notMatch((redacted.err.cause as Error).stack, text)
  t.equal(redacted.err.config.headers.authorization, hidden)
  t.same(Object.keys(redacted.err), ['config'], 'what was not enumerable stays so')
  const many = redact(new AggregateError([new Error(text)], 'many')) as AggregateError
  t.equal((many.errors[0] as Error).message, hidden)
  t.end()
})

test('bytes are read', (t) => {
  t.same(redact({ a: Buffer.from(`x${text}`), b: new Uint16Array(Buffer.from(text, 'utf16le').buffer.slice(0)), c: Buffer.from('x') }), {
    a: hidden,
    b: redact(new Uint16Array(Buffer.from(text, 'utf16le').buffer.slice(0))),
    c: Buffer.from('x'),
  })
  const larger = Buffer.concat([Buffer.from('xxxx'), Buffer.from(text), Buffer.from('yyyy')])
  t.equal(redact(new DataView(larger.buffer, larger.byteOffset, larger.length)), hidden)
  t.same(redact(larger.subarray(0, 4)), Buffer.from('xxxx'), 'only what the view shows')
  t.end()
})

test('what prints itself by toJSON is read as it prints', (t) => {
  const session = { toJSON: () => ({ token: text }) }
  t.same(redact({ session }), { session: { token: hidden } })
  t.same(redact({ url: new URL(`https://example.com/?q=${text}`) }), { url: `https://example.com/?q=${hidden}` })
  t.same(redact([secret, text]), ['[secret]', hidden])
  t.same(redact([{ toJSON: () => undefined }, text]), [undefined, hidden])
  t.end()
})

test('circles stay circles', (t) => {
  const circle: { self?: unknown; list: unknown[]; text: string } = { list: [], text }
  circle.self = circle
  circle.list.push(circle)
  const redacted = redact(circle) as typeof circle
  t.equal(redacted.self, redacted)
  t.equal(redacted.list[0], redacted)
  t.equal(redacted.text, hidden)
  const harmless: { self?: unknown } = {}
  harmless.self = harmless
  t.equal(redact(harmless), harmless)
  t.end()
})

test('prototypes are kept, also none', (t) => {
  class Model {
    readonly name = text
  }
  t.ok(redact(new Model()) instanceof Model)
  const bare = Object.assign(Object.create(null) as object, { ['__proto__']: text, a: text })
  t.equal(Object.getPrototypeOf(redact(bare)), null)
  t.end()
})
