import { createHmac } from 'node:crypto'
import fastifyCookie from '@fastify/cookie'
import {
  createCookieSigner,
  createKeyring,
  createLiveKeyring,
  type CookieSignerOptions,
  Secret,
} from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { CREATED_AT, keyring, knownKeyring, KNOWN_SECRET_TEXT, live, liveWithLegacy, version } from '../fixtures/keyrings.ts'
import { holds } from '../fixtures/properties.ts'

const { Signer } = fastifyCookie
const INVALID = { valid: false, renew: false, value: null }
const rawSignature = (secret: string, value: string): string =>
  createHmac('sha256', secret).update(value).digest('base64').replaceAll('=', '')

test('what was signed verifies', (t) => {
  const signer = createCookieSigner(live('a'))
  holds(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const found = signer.unsign(signer.sign(value))
      return found.valid && !found.renew && found.value === value
    }),
  )
  t.end()
})

test('signs with the cookie key of the primary', (t) => {
  const signer = createCookieSigner(createLiveKeyring({ keyring: knownKeyring() }))
  // Computed with Python's hmac module.
  t.equal(signer.sign('session-id'), 'session-id.H7J3xRD+6JtdBNG1MmXG1268G9+fEKibxHUVjnExH0Q')
  t.end()
})

test('what @fastify/cookie makes of the same key, and it of ours, is the same', (t) => {
  const current = live('a')
  const key = current.current.primary('cookie').key.export()
  const ours = createCookieSigner(current, { remember: 0 })
  const theirs = new Signer(key)
  holds(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const signed = ours.sign(value)
      return signed === theirs.sign(value) && theirs.unsign(signed).valid && ours.unsign(theirs.sign(value)).valid
    }),
  )
  t.end()
})

test('an older key verifies and asks to sign again', (t) => {
  const signed = createCookieSigner(live('old')).sign('id')
  const signer = createCookieSigner(live('new', version('old', 'retiring')))
  t.same(signer.unsign(signed), { valid: true, renew: true, value: 'id' })
  t.end()
})

test('a newer key that is still pending here verifies, and its signature stays', (t) => {
  const signed = createCookieSigner(live('new')).sign('id')
  const behind = createCookieSigner(live('old', version('new', 'pending')))
  t.same(behind.unsign(signed), { valid: true, renew: false, value: 'id' })
  t.end()
})

test('a key that ended no longer verifies', (t) => {
  const signed = createCookieSigner(live('old')).sign('id')
  t.same(createCookieSigner(live('new', version('old', 'retiring', 1))).unsign(signed), INVALID)
  t.same(createCookieSigner(live('new')).unsign(signed), INVALID)
  t.end()
})

test('a swap of the keyring counts from the next call', (t) => {
  const current = live('old')
  const signer = createCookieSigner(current)
  const signed = signer.sign('id')
  t.same(signer.unsign(signed), { valid: true, renew: false, value: 'id' })
  current.replace(keyring('new', version('old', 'retiring')))
  t.same(signer.unsign(signed), { valid: true, renew: true, value: 'id' })
  t.equal(signer.sign('id'), createCookieSigner(live('new')).sign('id'), 'what was remembered of the old key is forgotten')
  t.end()
})

test('after a compromise nothing of the old key verifies, also what was remembered', (t) => {
  const current = live('old')
  const signer = createCookieSigner(current)
  const signed = signer.sign('id')
  signer.unsign(signed)
  current.replace(keyring('new'))
  t.same(signer.unsign(signed), INVALID)
  t.end()
})

test('a legacy secret verifies raw signatures until its date, and never signs', (t) => {
  const legacy = { secret: Secret.fromText('flowise'), acceptUntil: CREATED_AT + 10 }
  const signed = `id.${rawSignature('flowise', 'id')}`
  t.equal(new Signer('flowise').sign('id'), signed)
  let now = CREATED_AT
  const signer = createCookieSigner(liveWithLegacy('a', [legacy], { now: () => now }))
  t.same(signer.unsign(signed), { valid: true, renew: true, value: 'id' })
  t.same(signer.unsign(signed), { valid: true, renew: true, value: 'id' }, 'a second time too')
  t.not(signer.sign('id'), signed)
  now += 10
  t.same(signer.unsign(signed), INVALID)
  t.end()
})

test('the raw text of a key verifies nothing: it is no legacy secret', (t) => {
  const signer = createCookieSigner(createLiveKeyring({ keyring: knownKeyring() }))
  t.same(signer.unsign(`session-id.${rawSignature(KNOWN_SECRET_TEXT, 'session-id')}`), INVALID)
  t.end()
})

test('the format of express-session is written and read', (t) => {
  const legacySecrets = [{ secret: Secret.fromText('keyboard cat'), acceptUntil: Number.MAX_SAFE_INTEGER }]
  const ring = createKeyring({ versions: [version('a')], legacySecrets })
  const signer = createCookieSigner(createLiveKeyring({ keyring: ring }), { format: 'express-session' })
  const id = 'abc.def'
  t.same(signer.unsign(`s:${id}.${rawSignature('keyboard cat', id)}`), { valid: true, renew: true, value: id })
  t.match(signer.sign(id), /^s:abc\.def\.[A-Za-z0-9+/]{43}$/)
  t.same(signer.unsign(signer.sign(id)), { valid: true, renew: false, value: id })
  t.same(signer.unsign(signer.sign(id).slice(2)), INVALID, 'without s:')
  t.same(signer.unsign('s'), INVALID)
  t.same(signer.unsign(`s.${'A'.repeat(43)}`), INVALID)
  t.end()
})

test('a signature has one spelling', (t) => {
  const signer = createCookieSigner(live('a'))
  const signed = signer.sign('id')
  const signature = signed.slice(3)
  const last = signature.at(-1) as string
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const sameBytes = alphabet[alphabet.indexOf(last) + 1] as string
  t.same(Buffer.from(signature.slice(0, -1) + sameBytes, 'base64'), Buffer.from(signature, 'base64'))
  const others = [
    `id.${signature.slice(0, -1)}${sameBytes}`,
    `id.${signature}=`,
    `id.${signature.replaceAll('+', '-').replaceAll('/', '_')}-`,
    `id.${signature} `,
    ` ${signed}`,
    `id..${signature}`,
    `id.${signature.slice(0, 42)}`,
    `id.${String.fromCodePoint((signature.codePointAt(0) as number) + 256)}${signature.slice(1)}`,
    `id.${signature.slice(1)}${String.fromCodePoint((last.codePointAt(0) as number) + 256)}`,
    `id.${'é'.repeat(43)}`,
  ]
  for (const other of others) t.same(signer.unsign(other), INVALID, other)
  t.end()
})

test('base64url is another spelling and does not verify', (t) => {
  const signer = createCookieSigner(live('a'))
  let tried = 0
  for (let i = 0; i < 50; i++) {
    const [value, signature] = signer.sign(`id${i}`).split('.') as [string, string]
    const respelled = Buffer.from(signature, 'base64').toString('base64url')
    if (respelled === signature) continue
    tried++
    t.same(signer.unsign(`${value}.${respelled}`), INVALID)
  }
  t.ok(tried > 0)
  t.end()
})

test('a changed value or signature never verifies', (t) => {
  const signer = createCookieSigner(live('a'))
  holds(
    fc.property(fc.string(), fc.nat(), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }), (value, position, other) => {
      const signed = signer.sign(value)
      const at = position % signed.length
      const changed = signed.slice(0, at) + other + signed.slice(at + 1)
      fc.pre(changed !== signed)
      return !signer.unsign(changed).valid
    }),
  )
  t.end()
})

test('what is no signed value is not valid and does not throw', (t) => {
  const signer = createCookieSigner(live('a'))
  const junk = ['', '.', 'a', `.${'A'.repeat(42)}`, 'x'.repeat(44), undefined, null, 7, {}, ['a']]
  for (const value of junk as string[]) t.same(signer.unsign(value), INVALID)
  holds(fc.property(fc.string({ unit: 'binary' }), (value) => !signer.unsign(value).valid))
  t.end()
})

test('an empty value can be signed', (t) => {
  const signer = createCookieSigner(live('a'))
  t.same(signer.unsign(signer.sign('')), { valid: true, renew: false, value: '' })
  t.end()
})

test('a value over the limit is refused before it is hashed', (t) => {
  const longest = 'x'.repeat(4096 - 44)
  const current = live('a')
  const signer = createCookieSigner(current)
  const signed = signer.sign(longest)
  t.equal(signed.length, 4096)
  t.equal(signer.unsign(signed).valid, true)
  t.throws(() => signer.sign(`${longest}x`), TypeError)
  const wide = createCookieSigner(current, { maxLength: 5000 })
  t.same(signer.unsign(wide.sign(`${longest}x`)), INVALID)
  t.equal(wide.unsign(wide.sign(`${longest}x`)).valid, true)
  const unread = createLiveKeyring({ keyring: keyring('a') })
  Object.defineProperty(unread, 'current', { get: () => t.fail('the keyring was asked') })
  t.same(createCookieSigner(unread).unsign('x'.repeat(4097)), INVALID)
  t.end()
})

test('only strings are signed', (t) => {
  const signer = createCookieSigner(live('a'))
  for (const value of [undefined, null, 7, {}] as string[]) t.throws(() => signer.sign(value), TypeError)
  t.end()
})

test('remembers what it signed, within bounds', (t) => {
  const signer = createCookieSigner(live('a'), { remember: 2 })
  const fresh = createCookieSigner(live('a'), { remember: 0 })
  const values = ['a', 'b', 'c', 'a', 'd', 'e', 'f', 'a', 'b']
  for (const value of values) {
    t.equal(signer.sign(value), fresh.sign(value))
    t.same(signer.unsign(fresh.sign(value)), fresh.unsign(signer.sign(value)))
  }
  t.end()
})

test('options out of range are told together', (t) => {
  const wrong = { format: 'constructor', maxLength: 43, remember: -1 } as unknown as CookieSignerOptions
  t.throws(() => createCookieSigner(live('a'), wrong), /format is .*maxLength is .*remember is /)
  t.throws(() => createCookieSigner(live('a'), { maxLength: Number.NaN }), TypeError)
  t.throws(() => createCookieSigner(live('a'), { remember: 1.5 }), TypeError)
  t.end()
})
