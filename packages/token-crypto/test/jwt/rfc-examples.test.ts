import { createJwtVerifier, createKeyring, createLiveKeyring, type JwtVerifier, OpenError, Secret } from '@keyturn/token-crypto'
import { createFakeClock } from '@keyturn/testing/clock'
import { test } from 'tap'
import { version } from '../fixtures/keyrings.ts'

// RFC 7515 appendix A.1, the same token as in RFC 7519 section 3.1.
const key = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
const header = 'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9'
const payload = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
const signature = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const EXPIRES_AT = 1_300_819_380_000

function verifierAt(timeMs: number): JwtVerifier {
  const secret = Secret.fromBytes(Buffer.from(key, 'base64url'))
  const legacySecrets = [{ secret, acceptUntil: Number.MAX_SAFE_INTEGER }]
  const keyring = createLiveKeyring({ keyring: createKeyring({ versions: [version('a')], legacySecrets }) })
  return createJwtVerifier({
    keyring,
    issuer: 'api',
    audience: 'ui',
    legacy: { issuer: 'joe', type: 'JWT' },
    clock: createFakeClock(timeMs),
  })
}

test('the HS256 example verifies before it expires', async (t) => {
  const { claims } = await verifierAt(EXPIRES_AT - 1000).verify(`${header}.${payload}.${signature}`)
  t.same(claims, { iss: 'joe', exp: 1_300_819_380, 'http://example.com/is_root': true })
  await t.rejects(verifierAt(EXPIRES_AT + 6000).verify(`${header}.${payload}.${signature}`), OpenError)
})

test('the unsecured example is refused', async (t) => {
  // RFC 7519 section 6.1: {"alg":"none"}.
  await t.rejects(verifierAt(EXPIRES_AT - 1000).verify(`eyJhbGciOiJub25lIn0.${payload}.`), OpenError)
  await t.rejects(verifierAt(EXPIRES_AT - 1000).verify(`eyJhbGciOiJub25lIn0.${payload}.${signature}`), OpenError)
})

test('the payload under the headers of the RS256 and ES256 examples is refused', async (t) => {
  // RFC 7515 appendices A.2 and A.3: {"alg":"RS256"} and {"alg":"ES256"}.
  for (const other of ['eyJhbGciOiJSUzI1NiJ9', 'eyJhbGciOiJFUzI1NiJ9']) {
    await t.rejects(verifierAt(EXPIRES_AT - 1000).verify(`${other}.${payload}.${signature}`), OpenError)
  }
})

test('each changed character of the example is refused', async (t) => {
  const token = `${header}.${payload}.${signature}`
  const verifier = verifierAt(EXPIRES_AT - 1000)
  let opened = 0
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === 'A' ? 'B' : 'A'
    await verifier.verify(token.slice(0, at) + other + token.slice(at + 1)).then(() => opened++, () => undefined)
  }
  t.equal(opened, 0)
})
