import { type CookieSigner, createCookieSigner } from '@keyturn/token-crypto'
import t from 'tap'
import { createEnvironmentProvider, createEphemeralProvider, createStaticProvider, type SecretManager } from '../../src/index.ts'
import { createTestClock, manage } from '../fixtures/managed.ts'
import { createScriptedProvider, DAY, NOW, sampleText, sampleVersion } from '../fixtures/samples.ts'

t.setTimeout(30_000)

t.test('a rotation in three steps, while cookies go on being accepted', async (t) => {
  const clock = createTestClock()
  const { manager, takeEvents } = await manage({ providers: [createScriptedProvider()], clock })
  const signer = createCookieSigner(manager.keyring)
  const old = signer.sign('id')
  const { primaryKeyId } = manager.status()

  const staged = await manager.rotate()
  t.match(staged, { outcome: 'staged', primaryKeyId, promoteAt: NOW + 300_000 })
  t.equal(signer.sign('id'), old, 'the old one still signs')
  t.strictSame(await manager.rotate(), staged, 'asking again changes nothing')
  t.match(manager.status(), { promoteAt: NOW + 300_000, keys: [{ state: 'primary' }, { state: 'pending' }] })
  await t.rejects(manager.promote(), { code: 'KEYTURN_ROTATION_NOT_READY', message: /2026-01-01T00:05:00/ })

  await clock.advance(299_000)
  t.equal(manager.status().primaryKeyId, primaryKeyId)
  await clock.advance(1000 + 100_000)
  t.equal(manager.status().primaryKeyId, staged.pendingKeyId, 'promoted by itself, within a refresh interval')
  t.match(signer.unsign(old), { valid: true, renew: true })
  t.match(signer.unsign(signer.sign('id')), { valid: true, renew: false })

  const end = manager.status().keys.find(({ state }) => state === 'retiring')?.retireAt ?? 0
  t.equal(end, NOW + 400_000 - 1 + DAY, 'the grace begins at the promotion')
  await clock.advance(end - clock.now())
  t.match(signer.unsign(old), { valid: false }, 'it ends to the millisecond, whether or not the source was cleaned up')
  await clock.advance(100_000)
  t.match(manager.status().keys, [{ state: 'primary', id: staged.pendingKeyId }])
  t.strictSame(takeEvents().filter((type) => type !== 'changed'), ['created', 'staged', 'promoted', 'retired'])
  await manager.close()
})

t.test('an immediate rotation signs at once, with the pending version if there is one', async (t) => {
  const { manager } = await manage({ providers: [createScriptedProvider()], clock: createTestClock() })
  const signer = createCookieSigner(manager.keyring)
  const old = signer.sign('id')
  const { pendingKeyId } = await manager.rotate()
  t.match(await manager.rotate({ mode: 'immediate' }), { outcome: 'promoted', primaryKeyId: pendingKeyId })
  t.match(signer.unsign(old), { valid: true, renew: true })
  const again = await manager.rotate({ mode: 'immediate' })
  t.not(again.primaryKeyId, pendingKeyId)
  t.match(signer.unsign(old), { valid: true, renew: true })
  t.equal(manager.status().keys.length, 3)
  await manager.close()
})

t.test('promote early, or when there is nothing to promote', async (t) => {
  const { manager } = await manage({ providers: [createScriptedProvider()], clock: createTestClock() })
  await t.rejects(manager.promote(), { code: 'KEYTURN_ROTATION_NOT_READY', message: /No secret is pending/ })
  const { pendingKeyId } = await manager.rotate()
  t.match(await manager.promote({ early: true }), { outcome: 'promoted', primaryKeyId: pendingKeyId })
  await manager.close()
})

t.test('encryption versions go through the same steps at the same time', async (t) => {
  const source = createScriptedProvider({ versions: [sampleVersion()], encryptionVersions: [sampleVersion()], origin: 'scripted' })
  const { manager } = await manage({ providers: [source], clock: createTestClock() })
  const before = manager.keyring.current.primary('session').id
  await manager.rotate()
  t.match(source.set?.encryptionVersions, [{ state: 'primary' }, { state: 'pending' }])
  await manager.promote({ early: true })
  t.not(manager.keyring.current.primary('session').id, before)
  t.ok(manager.keyring.current.find('session', before))
  await manager.close()
})

t.test('what cannot be written says so, with the way by hand', async (t) => {
  const inEnvironment = createEnvironmentProvider({ env: { API_SESSION_SECRET: sampleText() } })
  const fixed = createStaticProvider({ secret: sampleText() })
  for (const [provider, message] of [
    [inEnvironment, /API_SESSION_SECRET_NEXT.*API_SESSION_SECRET_PREVIOUS_UNTIL=2026-01-31/],
    [fixed, /configuration cannot be changed from here/],
  ] as const) {
    const { manager } = await manage({ providers: [provider], clock: createTestClock() })
    t.notOk(manager.writable)
    const uses: (() => Promise<unknown>)[] = [() => manager.rotate(), () => manager.promote(), () => manager.compromise()]
    for (const use of uses) {
      await t.rejects(use, { code: 'KEYTURN_ROTATION_UNSUPPORTED', message })
    }
    await manager.close()
  }
})

t.test('a version is retired when nothing refers to it, or its grace has run out', async (t) => {
  const clock = createTestClock()
  const { manager, takeEvents } = await manage({ providers: [createScriptedProvider()], clock })
  const [first, second, third] = [await primary(manager), await primary(manager), manager.status().primaryKeyId]
  takeEvents()
  const references = new Map([[first, 0], [second, 3]])
  const countReferences = async (id: string): Promise<number> => references.get(id) ?? 0

  await t.rejects(manager.retire({ keyId: 'ffffffffffffffff' }), { code: 'KEYTURN_UNKNOWN_VERSION' })
  await t.rejects(manager.retire({ keyId: third }), { code: 'KEYTURN_ROTATION_NOT_READY', message: /signs/ })
  await t.rejects(manager.retire({ keyId: second }), { code: 'KEYTURN_ROTATION_NOT_READY', message: /countReferences/ })
  await t.rejects(manager.retire({ keyId: second, countReferences }), { code: 'KEYTURN_SECRET_IN_USE', keyId: second, references: 3 })
  t.strictSame(await manager.retire(), [], 'without a count nothing goes before its time')
  t.strictSame(await manager.retire({ countReferences }), [first])
  t.strictSame(takeEvents(), ['changed', 'retired'])
  await clock.advance(DAY)
  await manager.retire()
  t.strictSame(manager.status().keys.map(({ id }) => id), [third])
  await manager.close()
})

t.test('a pending version can be dropped before it ever signs', async (t) => {
  const { manager } = await manage({ providers: [createScriptedProvider()], clock: createTestClock() })
  const { pendingKeyId = '' } = await manager.rotate()
  t.strictSame(await manager.retire({ keyId: pendingKeyId }), [pendingKeyId])
  t.equal(manager.status().promoteAt, undefined)
  await manager.close()
})

t.test('compromise drops everything at once and signs with a new secret', async (t) => {
  const legacy = { secret: sampleVersion().secret, acceptUntil: NOW + DAY }
  const source = createScriptedProvider({ versions: [sampleVersion()], legacySecrets: [legacy], origin: 'scripted' })
  const { manager, takeEvents } = await manage({ providers: [source], clock: createTestClock() })
  const signer = createCookieSigner(manager.keyring)
  const cookies = [signer.sign('id'), await afterRotation(manager, signer)]
  await manager.rotate()
  const before = manager.status().keys.map(({ id }) => id)
  takeEvents()
  t.strictSame([...(await manager.compromise())].sort(), before.sort())
  t.ok(cookies.every((cookie) => !signer.unsign(cookie).valid))
  t.match(manager.status(), { keys: { length: 1 }, legacySecrets: 0 })
  t.ok(signer.unsign(signer.sign('id')).valid)
  t.strictSame(takeEvents(), ['changed', 'compromised'])
  await manager.close()
})

t.test('compromise of one version leaves the others', async (t) => {
  const { manager } = await manage({ providers: [createScriptedProvider()], clock: createTestClock() })
  const signer = createCookieSigner(manager.keyring)
  const old = signer.sign('id')
  await manager.rotate({ mode: 'immediate' })
  const current = signer.sign('id')
  const { primaryKeyId } = manager.status()
  t.strictSame(await manager.compromise({ keyId: primaryKeyId }), [primaryKeyId])
  t.notOk(signer.unsign(current).valid)
  t.ok(signer.unsign(old).valid)
  await t.rejects(manager.compromise({ keyId: primaryKeyId }), { code: 'KEYTURN_UNKNOWN_VERSION' })
  await manager.close()
})

t.test('compromise that cannot reach a part of the secret says so', async (t) => {
  const adding = createScriptedProvider({ versions: [], encryptionVersions: [sampleVersion()], origin: 'elsewhere' })
  const source = createScriptedProvider({ versions: [sampleVersion()], origin: 'scripted' })
  const { manager } = await manage({ providers: [adding, source], clock: createTestClock() })
  await t.rejects(manager.compromise(), { code: 'KEYTURN_ROTATION_UNSUPPORTED', message: /read-only source/ })
  t.equal(source.set?.versions.length, 1)
  await manager.close()
})

t.test('rotations of one process that are asked for at once happen one after the other', async (t) => {
  const { manager } = await manage({ providers: [createEphemeralProvider()], clock: createTestClock() })
  const results = await Promise.all(Array.from({ length: 5 }, () => manager.rotate({ mode: 'immediate' })))
  t.equal(new Set(results.map(({ primaryKeyId }) => primaryKeyId)).size, 5)
  t.equal(manager.status().keys.length, 6)
  await manager.close()
})

t.test('others that keep coming between end in a conflict, not in an endless loop', async (t) => {
  const source = createScriptedProvider()
  const { manager } = await manage({ providers: [source], clock: createTestClock() })
  source.before = () => {
    if (source.set !== undefined) source.set = { ...source.set }
  }
  await t.rejects(manager.rotate(), { code: 'KEYTURN_ROTATION_CONFLICT' })
  await manager.close()
})

/** Rotates, and hands back the key id that signed until then. */
async function primary(manager: SecretManager): Promise<string> {
  const { primaryKeyId } = manager.status()
  await manager.rotate({ mode: 'immediate' })
  return primaryKeyId
}

async function afterRotation(manager: SecretManager, signer: CookieSigner): Promise<string> {
  await manager.rotate({ mode: 'immediate' })
  return signer.sign('id')
}
