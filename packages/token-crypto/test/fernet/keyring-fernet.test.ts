import {
  createFernet,
  createKeyring,
  createKeyringFernet,
  createLiveKeyring,
  createSecretVersion,
  deriveFernetKey,
  type FernetDerivation,
  INSTAGRAM_OAUTH_DERIVATION,
  type Keyring,
  type KeyringFernet,
  type LiveKeyring,
  OpenError,
  Secret,
} from '@keyturn/token-crypto'
import { createFakeClock } from '@keyturn/testing/clock'
import { test } from 'tap'
import { CREATED_AT, keyring, KNOWN_SECRET_TEXT, live, namedSecret, version } from '../fixtures/keyrings.ts'

const derivation: FernetDerivation = { salt: 'test', iterations: 1 }
const over = (current: LiveKeyring): KeyringFernet => createKeyringFernet({ keyring: current, derivation })

test('opens what a Python application wrote under the same secret', async (t) => {
  const secret = Secret.fromText(KNOWN_SECRET_TEXT)
  const versions = [createSecretVersion({ secret, state: 'primary', createdAt: CREATED_AT })]
  const current = createLiveKeyring({ keyring: createKeyring({ versions }) })
  const fernet = createKeyringFernet({ keyring: current, derivation: INSTAGRAM_OAUTH_DERIVATION })
  const token = 'gAAAAABlU_EAAAIEBggKDA4QEhQWGBocHp1nOXsHJ3ThhuselLkGvhqULSvyebaKcF5vWjyOhXLFbTjYKHo-U5rIBwVgbKW96g=='
  t.equal((await fernet.decrypt(token)).toString(), 'IGQVJX-hello')
  t.equal(await fernet.extractTimestamp(token), 1_700_000_000_000)
})

test('encrypts under the key of the primary', async (t) => {
  const token = await over(live('a')).encrypt('x')
  const key = await deriveFernetKey(namedSecret('a'), derivation)
  t.equal(createFernet(key).decrypt(token).toString(), 'x')
})

test('goes on opening over a rotation, and moves to the new key', async (t) => {
  const current = live('old')
  const fernet = over(current)
  const token = await fernet.encrypt('kept')
  current.replace(keyring('new', version('old', 'retiring')))
  t.equal((await fernet.decrypt(token)).toString(), 'kept')
  const moved = await fernet.rotate(token)
  t.equal(await fernet.extractTimestamp(moved), await fernet.extractTimestamp(token))
  current.replace(keyring('new'))
  t.equal((await fernet.decrypt(moved)).toString(), 'kept')
  await t.rejects(fernet.decrypt(token), OpenError)
})

test('a secret that ended no longer opens', async (t) => {
  const clock = createFakeClock(CREATED_AT)
  const versions = [version('new'), version('old', 'retiring', CREATED_AT + 10)]
  const fernet = over(createLiveKeyring({ keyring: createKeyring({ versions, clock }) }))
  const token = await over(live('old')).encrypt('x')
  t.equal((await fernet.decrypt(token)).toString(), 'x')
  await clock.advance(10)
  await t.rejects(fernet.decrypt(token), OpenError)
})

test('a legacy secret opens until its date and never encrypts', async (t) => {
  const clock = createFakeClock(CREATED_AT)
  const secret = Secret.fromText('raw legacy secret')
  const legacySecrets = [{ secret, acceptUntil: CREATED_AT + 10 }]
  const ring = createKeyring({ versions: [version('a')], legacySecrets, clock })
  const fernet = over(createLiveKeyring({ keyring: ring }))
  const legacy = createFernet(await deriveFernetKey(secret, derivation))
  t.equal((await fernet.decrypt(legacy.encrypt('x'))).toString(), 'x')
  const token = await fernet.encrypt('x')
  t.throws(() => legacy.decrypt(token), OpenError)
  await clock.advance(10)
  await t.rejects(fernet.decrypt(legacy.encrypt('x')), OpenError)
})

test('what no known key opens asks for a refresh, once a cooldown', async (t) => {
  let loads = 0
  const load = async (): Promise<Keyring> => {
    loads++
    return keyring('new', version('old', 'retiring'))
  }
  const fernet = over(createLiveKeyring({ keyring: keyring('old'), load, clock: createFakeClock() }))
  const token = await over(live('new')).encrypt('of an instance that was first')
  t.equal((await fernet.decrypt(token)).toString(), 'of an instance that was first')
  await t.rejects(fernet.decrypt('gAAAAA=='), OpenError)
  await t.rejects(fernet.decrypt('gAAAAA=='), OpenError)
  t.equal(loads, 1)
})

test('age, clock and decoding are passed on', async (t) => {
  const clock = createFakeClock(CREATED_AT)
  const fernet = createKeyringFernet({ keyring: live('a'), derivation, decoding: 'lenient', clock })
  const token = await fernet.encrypt('x')
  await clock.advance(2000)
  t.equal((await fernet.decrypt(`${token}=\n`, { ttlMs: 2000 })).toString(), 'x')
  await t.rejects(fernet.decrypt(token, { ttlMs: 1000 }), OpenError)
  await t.rejects(fernet.decrypt(token, { ttlMs: -1 }), TypeError)
})

test('a derivation out of range is refused at once', (t) => {
  t.throws(() => createKeyringFernet({ keyring: live('a'), derivation: { salt: '', iterations: 0 } }), TypeError)
  t.end()
})
