import { createHmac } from 'node:crypto'
import { createJwtSigner, createLiveKeyring, type JwtSignClaims, type JwtSignerOptions } from '@keyturn/token-crypto'
import { createFakeClock } from '@keyturn/testing/clock'
import { test } from 'tap'
import { readToken } from '../fixtures/jwt.ts'
import { CREATED_AT, keyring, knownKeyring, live, version } from '../fixtures/keyrings.ts'

const clock = createFakeClock(CREATED_AT + 999)
const base: JwtSignerOptions = { keyring: live('a'), issuer: 'api', audience: 'ui', clock }
const seconds = CREATED_AT / 1000

test('sets header and claims', async (t) => {
  const { header, claims } = readToken(await createJwtSigner(base).sign({ sub: 'user-1', role: 'admin' }))
  t.same(header, { alg: 'HS256', typ: 'JWT', kid: version('a').id })
  t.same(claims, { sub: 'user-1', role: 'admin', iss: 'api', aud: 'ui', iat: seconds, exp: seconds + 900 })
})

test('is an HMAC-SHA256 under the jwt key of the primary', async (t) => {
  const signer = createJwtSigner({ ...base, keyring: createLiveKeyring({ keyring: knownKeyring() }) })
  const [header, claims, signature] = (await signer.sign()).split('.')
  // The key was computed with Python's hmac module.
  const key = Buffer.from('391b9154f06cf4e4fb8fbbe8cc0b977d0587858b00ca03ba3a062f934f0206fe', 'hex')
  t.equal(createHmac('sha256', key).update(`${header}.${claims}`).digest('base64url'), signature)
})

test('type, audiences and lifetime are as given', async (t) => {
  const signer = createJwtSigner({ ...base, type: 'access+jwt', audience: ['ui', 'cli'], lifetimeMs: 60_000 })
  const { header, claims } = readToken(await signer.sign())
  t.equal(header['typ'], 'access+jwt')
  t.same(claims['aud'], ['ui', 'cli'])
  t.equal(claims['exp'], seconds + 60)
  t.equal(readToken(await signer.sign({}, { lifetimeMs: 1500 })).claims['exp'], seconds + 1)
})

test('a swap of the keyring counts from the next token', async (t) => {
  const current = live('old')
  const signer = createJwtSigner({ ...base, keyring: current })
  t.equal(readToken(await signer.sign()).header['kid'], version('old').id)
  current.replace(keyring('new', version('old', 'retiring')))
  t.equal(readToken(await signer.sign()).header['kid'], version('new').id)
})

test('claims of the signer and of the wrong type are refused', async (t) => {
  const signer = createJwtSigner(base)
  const wrong: unknown[] = [
    { iss: 'x' },
    { aud: 'x' },
    { iat: 1 },
    { exp: 1 },
    { exp: undefined },
    { sub: 7 },
    { jti: {} },
    { nbf: Number.NaN },
    { nbf: 'soon' },
    { big: 1n },
  ]
  for (const claims of wrong) await t.rejects(signer.sign(claims as JwtSignClaims), TypeError)
  const taken = readToken(await signer.sign({ jti: 'id', nbf: 5, sub: undefined })).claims
  t.match(taken, { jti: 'id', nbf: 5 })
})

test('a lifetime is a second at least', async (t) => {
  const signer = createJwtSigner(base)
  for (const lifetimeMs of [0, 999, -1, Number.NaN, Infinity]) {
    await t.rejects(signer.sign({}, { lifetimeMs }), TypeError)
    t.throws(() => createJwtSigner({ ...base, lifetimeMs }), TypeError)
  }
})

test('options that are wrong are told together', (t) => {
  const wrong = { keyring: live('a'), issuer: '', audience: [], type: '', lifetimeMs: 0 }
  t.throws(() => createJwtSigner(wrong), /issuer is .*audience is .*type is .*lifetimeMs is /)
  t.throws(() => createJwtSigner({ ...base, audience: ['ok', ''] }), TypeError)
  t.throws(() => createJwtSigner({ ...base, audience: undefined as unknown as string }), TypeError)
  t.end()
})

test('without a clock it is the time of this machine', async (t) => {
  const { claims } = readToken(await createJwtSigner({ keyring: live('a'), issuer: 'api', audience: 'ui' }).sign())
  t.ok(Math.abs((claims['iat'] as number) - Date.now() / 1000) < 60)
})
