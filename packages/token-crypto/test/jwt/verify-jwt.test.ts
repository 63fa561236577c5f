import { generateKeyPairSync } from 'node:crypto'
import {
  createJwtSigner,
  createJwtVerifier,
  createKeyring,
  createLiveKeyring,
  type JwtVerifierOptions,
  type Keyring,
  OpenError,
  Secret,
  UnknownKeyError,
} from '@keyturn/token-crypto'
import { createFakeClock } from '@keyturn/testing/clock'
import { test } from 'tap'
import { handMade } from '../fixtures/jwt.ts'
import { CREATED_AT, keyring, live, namedSecret, secretText, version } from '../fixtures/keyrings.ts'

const current = live('a')
const clock = createFakeClock(CREATED_AT)
const options: JwtVerifierOptions = { keyring: current, issuer: 'api', audience: 'ui', clock }
const verifier = createJwtVerifier(options)
const sign = createJwtSigner({ keyring: current, issuer: 'api', audience: 'ui', clock }).sign
const now = CREATED_AT / 1000
const good = { iss: 'api', aud: 'ui', exp: now + 60 }

test('gives the claims of a token that was signed here', async (t) => {
  const verified = await verifier.verify(await sign({ sub: 'user-1' }))
  t.match(verified, { claims: { sub: 'user-1', iss: 'api', aud: 'ui', exp: now + 900 }, keyId: version('a').id, renew: false })
})

test('an older key verifies and asks for a new token', async (t) => {
  const rotated = createJwtVerifier({ ...options, keyring: live('new', version('a', 'retiring')) })
  t.match(await rotated.verify(await sign()), { keyId: version('a').id, renew: true })
})

test('a token of a pending key, which signs elsewhere already, is not to be renewed', async (t) => {
  const behind = createJwtVerifier({ ...options, keyring: live('old', version('a', 'pending')) })
  t.match(await behind.verify(await sign()), { keyId: version('a').id, renew: false })
})

test('a key id that is unknown asks for a refresh, then has its own error', async (t) => {
  const answers: Keyring[] = [keyring('other'), keyring('a', version('other', 'retiring'))]
  const load = async (): Promise<Keyring> => answers.shift() as Keyring
  const late = createLiveKeyring({ keyring: keyring('other'), load, cooldownMs: 100, clock: createFakeClock() })
  const waiting = createJwtVerifier({ ...options, keyring: late })
  await t.rejects(waiting.verify(await sign()), UnknownKeyError)
  await t.rejects(waiting.verify(await sign()), { code: 'KEYTURN_UNKNOWN_KEY' })
  t.equal(answers.length, 1, 'once a cooldown')
  const other = createLiveKeyring({ keyring: keyring('other'), load })
  t.match(await createJwtVerifier({ ...options, keyring: other }).verify(await sign()), { renew: false })
})

test('what a refresh brings may refuse the token all the same', async (t) => {
  const late = (load: () => Promise<Keyring>) =>
    createJwtVerifier({ ...options, keyring: createLiveKeyring({ keyring: keyring('other'), load, clock }) })
  const token = await sign()
  await t.rejects(late(async () => keyring('third')).verify(token), UnknownKeyError, 'changed, still unknown')
  const { key } = current.current.primary('jwt')
  const expired = handMade({ alg: 'HS256', typ: 'JWT', kid: version('a').id }, { ...good, exp: now - 60 }, key)
  await t.rejects(late(async () => keyring('a')).verify(expired), OpenError, 'known, but expired')
})

test('is valid until exp and from nbf, with the tolerance of clocks', async (t) => {
  const until = await sign({ nbf: now }, { lifetimeMs: 10_000 })
  const isValidAt = async (ms: number): Promise<boolean> => {
    const timed = createJwtVerifier({ ...options, clock: createFakeClock(CREATED_AT + ms), clockToleranceMs: 2000 })
    return timed.verify(until).then(() => true, () => false)
  }
  t.same(await Promise.all([-3000, -2000, 0, 11_000, 12_000].map(isValidAt)), [false, true, true, true, false])
})

test('required claims and header are required', async (t) => {
  const { key } = current.current.primary('jwt')
  const header = { alg: 'HS256', typ: 'JWT', kid: version('a').id }
  t.ok(await verifier.verify(handMade(header, good, key)), 'the token by hand is good')
  t.ok(await verifier.verify(handMade({ ...header, typ: 'application/jwt' }, good, key)), 'the same media type')
  t.ok(await verifier.verify(handMade(header, { ...good, aud: ['x', 'ui'] }, key)))
  const { iss: _iss, ...noIssuer } = good
  const { aud: _aud, ...noAudience } = good
  const { exp: _exp, ...noExpiry } = good
  const bad: [string, string][] = [
    ['no iss', handMade(header, noIssuer, key)],
    ['no aud', handMade(header, noAudience, key)],
    ['no exp', handMade(header, noExpiry, key)],
    ['other iss', handMade(header, { ...good, iss: 'evil' }, key)],
    ['other aud', handMade(header, { ...good, aud: 'cli' }, key)],
    ['other auds', handMade(header, { ...good, aud: ['cli'] }, key)],
    ['exp is text', handMade(header, { ...good, exp: '9999999999' }, key)],
    ['expired', handMade(header, { ...good, exp: now - 6 }, key)],
    ['not yet', handMade(header, { ...good, nbf: now + 6 }, key)],
    ['other typ', handMade({ ...header, typ: 'access+jwt' }, good, key)],
    ['no typ', handMade({ alg: 'HS256', kid: header.kid }, good, key)],
    ['claims are an array', handMade(header, [good], key)],
    ['claims are null', handMade(header, null, key)],
    ['unknown crit', handMade({ ...header, crit: ['x'], x: 1 }, good, key)],
    ['unencoded payload', handMade({ ...header, b64: false, crit: ['b64'] }, good, key)],
  ]
  for (const [name, token] of bad) await t.rejects(verifier.verify(token), OpenError, name)
})

test('the algorithm is HS256 whatever the token says', async (t) => {
  const { key } = current.current.primary('jwt')
  const kid = version('a').id
  const algorithms = ['none', 'None', 'NONE', '', 'HS384', 'HS512', 'RS256', 'ES256', 'PS256', 'EdDSA', undefined, null, ['HS256']]
  for (const alg of algorithms) {
    await t.rejects(verifier.verify(handMade({ alg, typ: 'JWT', kid }, good, key)), OpenError, String(alg))
    await t.rejects(verifier.verify(handMade({ alg, typ: 'JWT', kid }, good)), OpenError, `${alg} unsigned`)
  }
  await t.rejects(verifier.verify(handMade({ alg: 'HS256', typ: 'JWT', kid }, good)), OpenError, 'no signature')
})

test('a key that is public somewhere else verifies nothing', async (t) => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
  const header = { alg: 'HS256', typ: 'JWT', kid: version('a').id }
  await t.rejects(verifier.verify(handMade(header, good, pem)), OpenError, 'RS/HS confusion')
  await t.rejects(verifier.verify(handMade({ ...header, jwk: { kty: 'oct', k: 'AA' } }, good, Buffer.alloc(1))), OpenError)
  await t.rejects(verifier.verify(handMade(header, good, Buffer.alloc(32))), OpenError)
  await t.rejects(verifier.verify(handMade(header, good, '')), OpenError, 'an empty key')
  await t.rejects(verifier.verify(handMade(header, good, secretText('a'))), OpenError, 'the raw secret is not the key')
})

test('a kid that names no key is no way in', async (t) => {
  const { key } = current.current.primary('jwt')
  const header = { alg: 'HS256', typ: 'JWT' }
  await t.rejects(verifier.verify(handMade({ ...header, kid: '0123456789abcdef' }, good, key)), UnknownKeyError)
  for (const kid of [undefined, '', 'constructor', '../../dev/null', 7, version('a').id.toUpperCase(), `${version('a').id} `]) {
    await t.rejects(verifier.verify(handMade({ ...header, kid }, good, key)), OpenError, String(kid))
  }
})

test('what is no token is refused, with the one error and no cause', async (t) => {
  const token = await sign()
  const [header, claims, signature] = token.split('.') as [string, string, string]
  const junk = ['', '.', '..', 'a.b.c', token.slice(0, -1), `${token}A`, `${token}.`, `${header}.${claims}`, `${header}..${signature}`,
    `${claims}.${header}.${signature}`, ` ${token}`, `${header}.${claims}=.${signature}`, 'x'.repeat(100), undefined, null, 7, {}]
  for (const value of junk as string[]) {
    const error = (await verifier.verify(value).catch((reason: unknown) => reason)) as OpenError
    t.match(error, { name: 'OpenError', code: 'KEYTURN_CANNOT_OPEN' }, value)
    t.equal(error.cause, undefined)
  }
})

test('a token has one spelling', async (t) => {
  const token = await sign()
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.at(-1) as string)
  for (const end of [alphabet[last + 1] as string, `${alphabet[last]}=`, `${alphabet[last]}\n`, `${alphabet[last]} `]) {
    const other = token.slice(0, -1) + end
    await t.rejects(verifier.verify(other), OpenError, JSON.stringify(end))
  }
})

test('a token over the limit is refused unread', async (t) => {
  const long = await sign({ note: 'x'.repeat(8000) })
  t.ok(long.length > 8192)
  await t.rejects(verifier.verify(long), OpenError)
  t.ok(await createJwtVerifier({ ...options, maxLength: long.length }).verify(long))
  await t.rejects(createJwtVerifier({ ...options, maxLength: long.length - 1 }).verify(long), OpenError)
})

test('options that are wrong are told together', (t) => {
  const wrong: JwtVerifierOptions = {
    keyring: current,
    issuer: '',
    audience: [''],
    type: '',
    clockToleranceMs: -1,
    maxLength: 0,
    legacy: { issuer: '', audience: [], type: '' },
  }
  const all = /issuer is .*audience is .*type is .*legacy.issuer .*legacy.audience .*legacy.type .*clockToleranceMs .*maxLength /
  t.throws(() => createJwtVerifier(wrong), all)
  t.throws(() => createJwtVerifier({ ...options, clockToleranceMs: Number.NaN }), TypeError)
  t.end()
})

test('without a clock it is the time of this machine', async (t) => {
  const token = await createJwtSigner({ keyring: current, issuer: 'api', audience: ['ui', 'cli'] }).sign()
  t.ok(await createJwtVerifier({ keyring: current, issuer: 'api', audience: ['x', 'cli'] }).verify(token))
})

test('a raw legacy secret verifies tokens without a kid of ours, until its date', async (t) => {
  const secret = namedSecret('raw')
  const moving = createFakeClock(CREATED_AT)
  const legacySecrets = [
    { secret: Secret.fromText('flowise'), acceptUntil: Number.MAX_SAFE_INTEGER },
    { secret: namedSecret('other raw'), acceptUntil: Number.MAX_SAFE_INTEGER },
    { secret, acceptUntil: CREATED_AT + 10_000 },
  ]
  const ring = createKeyring({ versions: [version('a')], legacySecrets, clock: moving })
  const legacy = createJwtVerifier({ ...options, keyring: createLiveKeyring({ keyring: ring }), clock: moving })
  const raw = secretText('raw')
  const token = handMade({ alg: 'HS256', typ: 'JWT' }, good, raw)
  t.same(await legacy.verify(token), { claims: good, keyId: undefined, renew: true })
  t.ok(await legacy.verify(token), 'a second time too')
  t.ok(await legacy.verify(handMade({ alg: 'HS256', typ: 'JWT', kid: 'key-1' }, good, raw)), 'a kid of another system')
  await t.rejects(legacy.verify(handMade({ alg: 'HS256' }, good, raw)), OpenError, 'typ is required')
  await t.rejects(legacy.verify(handMade({ alg: 'HS256', typ: 'JWT' }, { ...good, aud: 'x' }, raw)), OpenError)
  await t.rejects(legacy.verify(handMade({ alg: 'none', typ: 'JWT' }, good)), OpenError)
  await t.rejects(legacy.verify(handMade({ alg: 'HS256', typ: 'JWT' }, good, 'flowise')), OpenError, 'a key under 32 bytes')
  await t.rejects(legacy.verify(handMade({ alg: 'HS256', typ: 'JWT', kid: version('a').id }, good, raw)), OpenError)
  await moving.advance(10_000)
  await t.rejects(legacy.verify(token), OpenError)
})

test('legacy tokens may claim less, exp always', async (t) => {
  const legacySecrets = [{ secret: namedSecret('raw'), acceptUntil: Number.MAX_SAFE_INTEGER }]
  const ring = createLiveKeyring({ keyring: createKeyring({ versions: [version('a')], legacySecrets }) })
  const lax = createJwtVerifier({ ...options, keyring: ring, legacy: {} })
  const raw = secretText('raw')
  t.match(await lax.verify(handMade({ alg: 'HS256' }, { exp: now + 60, sub: 'u' }, raw)), { claims: { sub: 'u' } })
  await t.rejects(lax.verify(handMade({ alg: 'HS256' }, { sub: 'u' }, raw)), OpenError)
  const strict = createJwtVerifier({ ...options, keyring: ring, legacy: { issuer: 'old', audience: 'x', type: 'jwt' } })
  t.ok(await strict.verify(handMade({ alg: 'HS256', typ: 'JWT' }, { exp: now + 60, iss: 'old', aud: 'x' }, raw)))
  await t.rejects(strict.verify(handMade({ alg: 'HS256', typ: 'JWT' }, { exp: now + 60, iss: 'old' }, raw)), OpenError)
})
