import t from 'tap'
import { createAwsProvider } from '../../src/aws/index.ts'
import type { SecretSet } from '../../src/index.ts'
import { formatKeySet } from '../../src/key-set/format-key-set.ts'
import { parseKeySet } from '../../src/key-set/parse-key-set.ts'
import { promote, stage } from '../../src/rotation/phases.ts'
import { load, SECRET_ID, startBench } from '../fixtures/aws.ts'
import { DAY, NOW, sampleText, sampleVersion, textOf } from '../fixtures/samples.ts'

t.setTimeout(60_000)

t.test('no secret is absence; the first is created with one call and known to others', async (t) => {
  const { server, connect } = await startBench(t)
  const provider = connect()
  t.equal(await provider.load(), undefined)
  server.forgetCalls()
  const version = sampleVersion()
  const set = await provider.create?.(version)
  t.match(set, { versions: [{ id: version.id }], origin: `AWS Secrets Manager ${SECRET_ID}` })
  t.strictSame(server.calls.map(({ operation }) => operation), ['CreateSecret'])
  t.equal((await load(connect())).versions[0]?.id, version.id)
})

t.test('of many who create at once one wins, and all get its secret', async (t) => {
  for (const withEmptySecret of [false, true]) {
    for (const lagMs of [0, 300]) {
      const { server, connect, createSecret } = await startBench(t)
      if (withEmptySecret) await createSecret()
      server.setReadLag({ ms: lagMs, spread: 'varying' })
      const sets = await Promise.all(Array.from({ length: 12 }, async () => connect().create?.(sampleVersion())))
      t.equal(new Set(sets.map((set) => set?.versions[0]?.id)).size, 1, `empty secret: ${withEmptySecret}, lag ${lagMs} ms`)
    }
  }
})

t.test('a secret that has no value yet is absence, and gets its first value', async (t) => {
  const { server, connect, createSecret } = await startBench(t)
  await createSecret()
  const provider = connect()
  t.equal(await provider.load(), undefined)
  const version = sampleVersion()
  t.equal((await provider.create?.(version))?.versions[0]?.id, version.id)
  t.equal((await load(connect())).versions[0]?.id, version.id)
  t.equal(server.count('PutSecretValue'), 1)
})

t.test('a value that somebody else put there first is taken, not replaced', async (t) => {
  const { connect, createSecret } = await startBench(t)
  const text = sampleText()
  await createSecret(text)
  const set = (await connect().create?.(sampleVersion())) as SecretSet
  t.equal(set.versions[0] && textOf(set.versions[0]), text)
})

t.test('a change is compare-and-set: of many at once exactly one is made', async (t) => {
  const { connect } = await startBench(t)
  await connect().create?.(sampleVersion())
  const providers = Array.from({ length: 10 }, () => connect())
  const sets = await Promise.all(providers.map(load))
  const outcomes = await Promise.all(providers.map(async (provider, i) => provider.replace?.(stage(sets[i] as SecretSet, NOW), sets[i] as SecretSet)))
  t.strictSame(outcomes.sort(), [...Array.from({ length: 9 }, () => 'conflict'), 'replaced'])
  t.equal((await load(connect())).versions.length, 2)
})

t.test('a change builds on what it expects, also while reads lag behind', async (t) => {
  const { server, connect } = await startBench(t)
  const provider = connect()
  const first = (await provider.create?.(sampleVersion())) as SecretSet
  server.setReadLag({ ms: 1500 })
  const second = stage(first, NOW)
  const third = promote(second, { now: NOW, graceMs: DAY })
  t.equal(await provider.replace?.(second, first), 'replaced')
  t.equal(await provider.replace?.(third, second), 'replaced')
  t.equal(await provider.replace?.(second, first), 'conflict', 'a set that is past is noticed at the label')
})

t.test('a change whose answer is lost is found to have happened', async (t) => {
  const { server, connect } = await startBench(t)
  const provider = connect({ maxAttempts: 3 })
  const set = (await provider.create?.(sampleVersion())) as SecretSet
  for (const operation of ['PutSecretValue', 'UpdateSecretVersionStage'] as const) {
    const current = await load(provider)
    server.fail({ operation, times: 1, effect: { disconnect: 'after' } })
    t.equal(await provider.replace?.({ ...current, legacySecrets: [{ secret: sampleVersion().secret, acceptUntil: NOW }] }, current), 'replaced')
  }
  t.not((await load(connect())).legacySecrets, undefined)
  t.equal((await load(connect())).versions[0]?.id, set.versions[0]?.id)
})

t.test('a creation whose answer is lost is found to have happened', async (t) => {
  const { server, connect } = await startBench(t)
  server.fail({ operation: 'CreateSecret', times: 1, effect: { disconnect: 'after' } })
  const version = sampleVersion()
  t.equal((await connect({ maxAttempts: 3 }).create?.(version))?.versions[0]?.id, version.id)
})

t.test('only what has changed is fetched', async (t) => {
  const { server, connect } = await startBench(t)
  const writer = connect()
  const set = (await writer.create?.(sampleVersion())) as SecretSet
  const reader = connect()
  await reader.load()
  server.forgetCalls()
  for (let i = 0; i < 10; i++) await reader.load()
  t.equal(server.count('DescribeSecret'), 10)
  t.equal(server.count('GetSecretValue'), 0)
  await writer.replace?.(stage(set, NOW), set)
  await reader.load()
  t.equal(server.count('GetSecretValue'), 1)
})

t.test('a bare secret that AWS rotates: the one before is retiring, the one to come is pending', async (t) => {
  const { connect, createSecret, putValue, moveCurrent } = await startBench(t)
  const [old, current, next] = [sampleText(), sampleText(), sampleText()]
  await createSecret(old)
  const provider = connect({ previousMs: DAY })
  const before = await load(provider)
  t.match(before.versions, [{ state: 'primary' }])
  const currentId = await putValue(current)
  const nextId = await putValue(next, ['AWSPENDING'])
  const set = await load(provider)
  const [primary, pending, retiring] = set.versions
  t.strictSame(set.versions.map((version) => [textOf(version), version.state]), [[current, 'primary'], [next, 'pending'], [old, 'retiring']])
  t.equal(retiring?.retireAt, (primary?.createdAt ?? 0) + DAY)
  t.equal(pending?.createdAt, 0, 'who staged it promotes it')
  await moveCurrent(currentId, nextId)
  t.strictSame((await load(provider)).versions.map((version) => [textOf(version), version.state]), [[next, 'primary'], [current, 'retiring']])
})

t.test('a weak or unreadable version before is left out, with a warning', async (t) => {
  const { connect, createSecret, putValue } = await startBench(t)
  await createSecret('flowise')
  await putValue(sampleText())
  t.match(await load(connect()), { versions: { length: 1 }, warnings: [/AWSPREVIOUS version .* is not accepted/] })
})

t.test('a bare secret becomes a key set at its first change, and is then complete in itself', async (t) => {
  const { connect, createSecret, putValue } = await startBench(t)
  const old = sampleText()
  await createSecret(old)
  await putValue(sampleText())
  const provider = connect()
  const set = await load(provider)
  t.equal(set.versions.length, 2)
  const next = stage(set, NOW)
  t.equal(await provider.replace?.(next, set), 'replaced')
  t.strictSame((await load(connect())).versions.map(({ id }) => id), next.versions.map(({ id }) => id))
  const compromised = { ...next, versions: [sampleVersion()] }
  await provider.replace?.(compromised, next)
  t.equal((await load(connect())).versions.length, 1, 'AWSPREVIOUS, which holds the old keys, no longer counts')
})

t.test('a rotation of ours that did not come to its end is passed over', async (t) => {
  const { connect, createSecret, putValue } = await startBench(t)
  await createSecret(sampleText())
  await putValue(formatKeySet({ versions: [sampleVersion()], createdAt: NOW }), ['AWSPENDING'])
  t.match(await load(connect()), { versions: { length: 1 }, warnings: undefined })
})

t.test('a field of a JSON object holds the secret, and the others are left alone', async (t) => {
  const { connect, createSecret } = await startBench(t)
  const text = sampleText()
  await createSecret(JSON.stringify({ user: 'app', session: text }))
  const provider = connect({ field: 'session' })
  const set = await load(provider)
  t.equal(set.versions[0] && textOf(set.versions[0]), text)
  await provider.replace?.(stage(set, NOW), set)
  t.equal((await load(connect({ field: 'session' }))).versions.length, 2)
  await t.rejects(connect({ field: 'other' }).load(), { code: 'KEYTURN_SECRET_SOURCE_CORRUPT', message: /field "other"/ })
  await t.rejects(connect().load(), { code: 'KEYTURN_SECRET_SOURCE_CORRUPT', message: /its format is not/ })
})

t.test('a field is also what is created', async (t) => {
  const { connect } = await startBench(t)
  const version = sampleVersion()
  await connect({ field: 'session' }).create?.(version)
  t.equal((await load(connect({ field: 'session' }))).versions[0]?.id, version.id)
})

t.test('what cannot be read is an error and never absence', async (t) => {
  const { server, connect, createSecret, putValue } = await startBench(t)
  await createSecret('{"format":"keyturn-key-set","version":1')
  const provider = connect()
  await t.rejects(provider.load(), { code: 'KEYTURN_SECRET_SOURCE_CORRUPT' })
  await t.rejects(async () => provider.create?.(sampleVersion()), { code: 'KEYTURN_SECRET_SOURCE_CORRUPT' })
  await putValue(sampleText())
  t.ok(await provider.load())
  t.equal(server.count('PutSecretValue'), 1)
})

t.test('an ARN names the same secret, and is created under its name', async (t) => {
  const { server, connect } = await startBench(t)
  const arn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${SECRET_ID}-AbCdEf`
  const version = sampleVersion()
  await connect({ secretId: arn }).create?.(version)
  t.match(server.calls, [{ operation: 'CreateSecret', secretId: SECRET_ID }])
  t.equal((await load(connect())).versions[0]?.id, version.id)
})

t.test('tags and key of a secret that is created', async (t) => {
  const { connect } = await startBench(t)
  const set = await connect({ tags: { team: 'web' }, kmsKeyId: 'alias/app' }).create?.(sampleVersion())
  t.equal(set?.versions.length, 1)
})

t.test('wrong options are named together', async (t) => {
  const wrong = { secretId: '', timeoutMs: Number.NaN, maxAttempts: 0, client: {} as never }
  t.throws(() => createAwsProvider(wrong), { name: 'TypeError', message: /secretId.*timeoutMs.*maxAttempts.*client/ })
})

t.test('a client of your own is used, and not closed', async (t) => {
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
  const { server } = await startBench(t)
  const client = new SecretsManagerClient(server.clientConfig)
  const provider = createAwsProvider({ secretId: SECRET_ID, client })
  await provider.create?.(sampleVersion())
  await provider.close?.()
  await t.rejects(provider.load(), { code: 'KEYTURN_SECRET_SOURCE_CLOSED' })
  const other = createAwsProvider({ secretId: SECRET_ID, client })
  t.ok(await other.load())
  client.destroy()
})

t.test('what is stored is the documented key set', async (t) => {
  const { connect, server } = await startBench(t)
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
  const version = sampleVersion()
  await connect().create?.(version)
  const client = new SecretsManagerClient(server.clientConfig)
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: SECRET_ID }))
  client.destroy()
  t.equal(parseKeySet(SecretString).keySet?.versions[0]?.id, version.id)
})
