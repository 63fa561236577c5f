import assert from 'node:assert/strict'
import { createSecretVersion, generateSecret, Secret } from '@keyturn/token-crypto'
import type { SecretSet } from '../../provider.ts'
import { promote, stage, startAfresh } from '../../rotation/phases.ts'
import type { Topic } from '../harness.ts'
import { idsAndStates, loadOrCreate, loadSet } from '../samples.ts'

const AT_ONCE = 10
const GRACE_MS = 60_000

export const replacing: Topic = (check) => {
  check('each step of a rotation is kept, for everybody', async ({ provider, connect }) => {
    if (provider.replace === undefined) return
    const now = Date.now()
    let current = await loadOrCreate(provider)
    for (const step of [(set: SecretSet) => stage(set, now), (set: SecretSet) => promote(set, { now, graceMs: GRACE_MS })]) {
      const next = step(current)
      assert.equal(await provider.replace(next, current), 'replaced')
      current = await loadSet(provider)
      assert.deepEqual(idsAndStates(current), idsAndStates(next))
      assert.deepEqual(idsAndStates(await loadSet(await connect())), idsAndStates(next))
    }
    assert.equal(current.versions.find(({ state }) => state === 'retiring')?.retireAt, now + GRACE_MS)
  })

  check('what was dropped is gone', async ({ provider, connect }) => {
    if (provider.replace === undefined) return
    const before = await loadOrCreate(provider)
    const next = startAfresh(before, Date.now())
    assert.equal(await provider.replace(next, before), 'replaced')
    assert.deepEqual(idsAndStates(await loadSet(await connect())), idsAndStates(next))
  })

  check('a change of what has changed meanwhile is a conflict, and writes nothing', async ({ provider, connect }) => {
    if (provider.replace === undefined) return
    const before = await loadOrCreate(provider)
    const other = await connect()
    const theirs = stage(await loadSet(other), Date.now())
    assert.equal(await other.replace?.(theirs, before), 'replaced')
    assert.equal(await provider.replace(stage(before, Date.now()), before), 'conflict')
    assert.deepEqual(idsAndStates(await loadSet(provider)), idsAndStates(theirs))
  })

  check('of many changes at once exactly one is made', async ({ provider, connect }) => {
    if (provider.replace === undefined) return
    const before = await loadOrCreate(provider)
    const providers = await Promise.all(Array.from({ length: AT_ONCE }, connect))
    const changes = providers.map(() => stage(before, Date.now()))
    const outcomes = await Promise.all(providers.map(async (each, i) => each.replace?.(changes[i] as SecretSet, before)))
    assert.equal(outcomes.filter((outcome) => outcome === 'replaced').length, 1)
    const winner = changes[outcomes.indexOf('replaced')] as SecretSet
    assert.deepEqual(idsAndStates(await loadSet(provider)), idsAndStates(winner))
  })

  check('secrets of any text, legacy secrets and encryption versions come back as they were', async ({ provider, connect }) => {
    if (provider.replace === undefined) return
    const before = await loadOrCreate(provider)
    const now = Date.now()
    const text = 'süß "quoted" \\ and {braces}\n, quite long enough to be a secret'
    const version = createSecretVersion({ secret: Secret.fromText(text), state: 'retiring', createdAt: 0, retireAt: now })
    const encryption = createSecretVersion({ secret: generateSecret(), state: 'primary', createdAt: now })
    const legacy = { secret: Secret.fromText('flowise'), acceptUntil: now }
    const next = {
      ...before,
      versions: [...before.versions, version],
      encryptionVersions: [encryption],
      legacySecrets: [...(before.legacySecrets ?? []), legacy],
    }
    assert.equal(await provider.replace(next, before), 'replaced')
    const after = await loadSet(await connect())
    assert.ok(after.versions.find(({ id }) => id === version.id)?.secret.equals(version.secret))
    assert.ok(after.encryptionVersions?.[0]?.secret.equals(encryption.secret))
    const kept = after.legacySecrets?.find(({ secret }) => secret.equals(legacy.secret))
    assert.equal(kept?.acceptUntil, now)
  })
}
