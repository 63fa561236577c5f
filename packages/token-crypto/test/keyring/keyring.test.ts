import {
  createKeyring,
  KeyIdCollisionError,
  NoPrimaryKeyError,
  type Purpose,
  Secret,
  SeveralPrimaryKeysError,
} from '@keyturn/token-crypto'
import { createFakeClock } from '@keyturn/testing/clock'
import { test } from 'tap'
import { CREATED_AT, keyring, namedSecret, version } from '../fixtures/keyrings.ts'

test('the primary signs, the others are accepted after it', (t) => {
  const made = keyring('new', version('old', 'retiring'), version('next', 'pending'))
  t.equal(made.primary('cookie').id, version('new').id)
  t.same(made.accepted('cookie').map(({ state }) => state), ['primary', 'retiring', 'pending'])
  t.equal(made.accepted('cookie')[0], made.primary('cookie'))
  t.end()
})

test('the primary comes first wherever it is listed', (t) => {
  const made = createKeyring({ versions: [version('old', 'retiring'), version('new')] })
  t.equal(made.accepted('jwt')[0]?.id, version('new').id)
  t.end()
})

test('a key is found by its id, for its purpose', (t) => {
  const made = keyring('new', version('old', 'retiring'))
  const found = made.find('token', version('old').id)
  t.equal(found?.state, 'retiring')
  t.equal(found?.idBytes.toString('hex'), version('old').id)
  t.notOk(found?.key.equals(made.find('jwt', version('old').id)?.key as never), 'another purpose, another key')
  t.equal(made.find('token', '0000000000000000'), undefined)
  t.equal(made.find('token', 'constructor'), undefined)
  t.end()
})

test('derived keys are made once', (t) => {
  const made = keyring('new')
  t.equal(made.primary('session').key, made.primary('session').key)
  t.equal(made.accepted('session'), made.accepted('session'))
  t.end()
})

test('a retiring key ends at its retireAt, neither before nor after', async (t) => {
  const clock = createFakeClock(CREATED_AT)
  const versions = [version('new'), version('old', 'retiring', CREATED_AT + 10), version('older', 'retiring', CREATED_AT + 5)]
  const made = createKeyring({ versions, clock })
  t.equal(made.accepted('cookie').length, 3)
  await clock.advance(5)
  t.equal(made.accepted('cookie').length, 2)
  t.equal(made.find('cookie', version('older').id), undefined)
  await clock.advance(4)
  t.ok(made.find('cookie', version('old').id))
  t.equal(made.accepted('cookie').length, 2)
  await clock.advance(1)
  t.equal(made.find('cookie', version('old').id), undefined)
  t.same(made.accepted('cookie'), [made.primary('cookie')])
  t.equal(made.versions.length, 3, 'the list stays as it was given')
})

test('exactly one version is primary', (t) => {
  t.throws(() => createKeyring({ versions: [] }), NoPrimaryKeyError)
  t.throws(() => createKeyring({ versions: [version('a', 'pending')] }), { code: 'KEYTURN_NO_PRIMARY_KEY' })
  t.throws(() => createKeyring({ versions: [version('a'), version('b')] }), SeveralPrimaryKeysError)
  t.throws(() => createKeyring({ versions: [version('a')], encryptionVersions: [] }), NoPrimaryKeyError)
  t.end()
})

test('a key id stands for one secret', (t) => {
  t.throws(() => keyring('a', version('a', 'retiring')), KeyIdCollisionError)
  const impostor = { ...version('b', 'retiring'), id: version('a').id }
  t.throws(() => keyring('a', impostor), { code: 'KEYTURN_KEY_ID_COLLISION' })
  const separate = createKeyring({ versions: [version('a')], encryptionVersions: [{ ...version('b'), id: version('a').id }] })
  t.throws(() => separate.primary('session'), KeyIdCollisionError)
  t.end()
})

test('encryption versions are the roots of sessions alone', (t) => {
  const made = createKeyring({ versions: [version('a')], encryptionVersions: [version('b')] })
  t.equal(made.primary('session').id, version('b').id)
  for (const purpose of ['cookie', 'token', 'jwt', 'owner'] as Purpose[]) {
    t.equal(made.primary(purpose).id, version('a').id, purpose)
    t.equal(made.find(purpose, version('b').id), undefined, purpose)
  }
  t.same(made.encryptionVersions, [version('b')])
  t.end()
})

test('what was sealed before a separate encryption root still opens', (t) => {
  const made = createKeyring({ versions: [version('a')], encryptionVersions: [version('b')] })
  t.match(made.find('session', version('a').id), { state: 'retiring' })
  t.same(made.accepted('session').map(({ id }) => id), [version('b').id, version('a').id])
  t.end()
})

test('one secret may be the root of both', (t) => {
  const made = createKeyring({ versions: [version('a')], encryptionVersions: [version('a')] })
  t.same(made.accepted('session').map(({ state }) => state), ['primary'])
  t.end()
})

test('legacy secrets are accepted until their date', async (t) => {
  const clock = createFakeClock(CREATED_AT)
  const legacySecrets = [
    { secret: Secret.fromText('flowise'), acceptUntil: CREATED_AT + 10 },
    { secret: namedSecret('raw'), acceptUntil: CREATED_AT + 20 },
  ]
  const made = createKeyring({ versions: [version('a')], legacySecrets, clock })
  t.same(made.acceptedLegacySecrets(), legacySecrets)
  await clock.advance(10)
  t.same(made.acceptedLegacySecrets(), [legacySecrets[1]])
  t.same(made.legacySecrets, legacySecrets)
  t.same(keyring('a').acceptedLegacySecrets(), [])
})

test('a legacy secret needs an end date', (t) => {
  const raw = namedSecret('raw')
  const cases: unknown[] = [{ secret: raw }, { secret: raw, acceptUntil: Number.NaN }, { secret: 'raw', acceptUntil: 1 }]
  for (const legacy of cases) {
    t.throws(() => createKeyring({ versions: [version('a')], legacySecrets: [legacy as never] }), TypeError)
  }
  t.end()
})

test('a keyring does not change', (t) => {
  const versions = [version('a')]
  const made = createKeyring({ versions })
  versions.push(version('b', 'pending'))
  t.equal(made.versions.length, 1)
  t.ok(Object.isFrozen(made))
  t.ok(Object.isFrozen(made.versions))
  t.ok(Object.isFrozen(made.primary('cookie')))
  t.end()
})

test('an unknown purpose is refused', (t) => {
  t.throws(() => keyring('a').primary('constructor' as Purpose), TypeError)
  t.end()
})
