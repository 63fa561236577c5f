import { randomBytes, webcrypto } from 'node:crypto'
import { createJwtSigner, createJwtVerifier } from '@keyturn/token-crypto'
import { createSigner, createVerifier } from 'fast-jwt'
import { jwtVerify, SignJWT } from 'jose'
import { awaited, type Comparison, synchronous } from '../measure.ts'
import { newKeyring } from './keyring.ts'

const claims = { sub: 'user-4711', role: 'admin', scope: 'read write' }
const names = { issuer: 'https://api.example.com', audience: 'https://app.example.com' }

const keyring = newKeyring()
const signer = createJwtSigner({ keyring, ...names })
const verifier = createJwtVerifier({ keyring, ...names })

const kid = keyring.current.primary('jwt').id
const bytes = randomBytes(32)
// The form of key with which jose is fastest.
const joseKey = await webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
const header = { alg: 'HS256', typ: 'JWT', kid }
const fastSign = createSigner({
  key: bytes,
  algorithm: 'HS256',
  iss: names.issuer,
  aud: names.audience,
  kid,
  expiresIn: 900_000,
})
const fastVerify = createVerifier({
  key: bytes,
  algorithms: ['HS256'],
  allowedIss: names.issuer,
  allowedAud: names.audience,
  requiredClaims: ['exp'],
  cache: false,
})

function joseSign(): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader(header)
    .setIssuer(names.issuer)
    .setAudience(names.audience)
    .setIssuedAt()
    .setExpirationTime('15m')
    .sign(joseKey)
}

const ours = await signer.sign(claims)
const joses = await joseSign()
const fasts = fastSign(claims)
const joseOptions = { ...names, typ: 'JWT', algorithms: ['HS256'], requiredClaims: ['exp'], clockTolerance: 5 }

const WITHIN_10_PERCENT = 1 / 1.1

export const jwtSign: Comparison = {
  name: 'JWT, sign',
  subjects: [
    awaited('@keyturn/token-crypto', () => signer.sign(claims)),
    awaited('jose', joseSign),
    synchronous('fast-jwt', () => fastSign(claims)),
  ],
  goals: [{ against: 'jose', timesAsFast: WITHIN_10_PERCENT }],
}

export const jwtVerification: Comparison = {
  name: 'JWT, verify',
  subjects: [
    awaited('@keyturn/token-crypto', () => verifier.verify(ours)),
    awaited('jose', () => jwtVerify(joses, joseKey, joseOptions)),
    synchronous('fast-jwt', () => fastVerify(fasts) as unknown),
  ],
  goals: [{ against: 'jose', timesAsFast: WITHIN_10_PERCENT }],
}
