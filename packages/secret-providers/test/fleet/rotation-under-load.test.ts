import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SecretsManagerServer, startSecretsManager } from '@keyturn/testing/secrets-manager'
import { startProxy } from '@keyturn/testing/proxy'
import { createCookieSigner } from '@keyturn/token-crypto'
import t, { type Test } from 'tap'
import { createAwsProvider } from '../../src/aws/index.ts'
import { createFileProvider, createSecretManager, type RotationResult, type SecretProvider } from '../../src/index.ts'
import { findSecrets } from '../fixtures/encodings.ts'
import { get, type Instance, signIn, startInstance, startTraffic, type Traffic } from '../fixtures/fleet.ts'
import { textOf } from '../fixtures/samples.ts'

const INSTANCES = 4
const PER_SECOND = 200
const REFRESH_MS = 500
const ROTATIONS = 3

t.setTimeout(170_000)

for (const source of ['file', 'aws'] as const) {
  t.test(`${source}: three rotations in a row under load refuse no request and log nobody out`, async (t) => {
    const fleet = await startFleet(t, source)
    const traffic = await startTraffic(fleet.instances, { users: 100, perSecond: PER_SECOND })
    for (let i = 0; i < ROTATIONS; i++) await rotate(fleet.instances, fleet.instances[i] as Instance)
    await sleep(1000)
    await traffic.stop()
    t.strictSame([...traffic.answers.keys()], [200], 'every answer was a yes')
    t.equal(traffic.passedOn, 0)
    await checkEnd(t, fleet, traffic)
  })
}

t.test('aws: the same with one instance cut off from the source throughout: it goes on, and recovers', async (t) => {
  const fleet = await startFleet(t, 'aws', { firstIsImpatient: true })
  const [cutOff] = fleet.instances as [Instance]
  const others = fleet.instances.slice(1)
  const traffic = await startTraffic(fleet.instances, { users: 100, perSecond: PER_SECOND })
  const known = await signIn(cutOff, 'known')
  fleet.cut()
  for (let i = 0; i < ROTATIONS; i++) await rotate(others, others[i] as Instance)

  t.match(await get(cutOff, known), { status: 200 }, 'it serves those whom it knows')
  const status = await cutOff.status()
  t.ok(status.failures > 0)
  t.equal(status.lastErrorCode, 'KEYTURN_SECRET_SOURCE_UNAVAILABLE')
  t.ok(traffic.passedOn > 0, `${traffic.passedOn} requests were passed on to others`)
  t.strictSame([...traffic.answers.keys()], [200], 'and nobody was refused by all')

  await fleet.restore()
  const startedAt = performance.now()
  while ((await cutOff.status()).failures > 0) await sleep(20)
  t.ok(performance.now() - startedAt < 20_000, 'it recovers within its back-off')
  const before = traffic.passedOn
  await sleep(1000)
  await traffic.stop()
  t.equal(traffic.passedOn, before, 'and answers everybody again')
  t.strictSame([...traffic.answers.keys()], [200])
  await checkEnd(t, fleet, traffic)
})

t.test('compromise: within one refresh nothing under an old key is accepted anywhere', async (t) => {
  for (const source of ['file', 'aws'] as const) {
    const fleet = await startFleet(t, source)
    const users = await Promise.all(fleet.instances.map((instance, i) => signIn(instance, `user-${i}`)))
    await rotate(fleet.instances, fleet.instances[0] as Instance)
    const second = fleet.instances[1] as Instance
    await second.order('compromise')
    const { primaryKeyId } = await second.status()
    const startedAt = performance.now()
    await untilAllHave(fleet.instances, primaryKeyId)
    t.ok(performance.now() - startedAt < REFRESH_MS + 20_000, 'one refresh, and what a busy machine takes for it')
    for (const instance of fleet.instances) {
      const answers = await Promise.all(users.map((user) => get(instance, { ...user })))
      t.ok(answers.every(({ status }) => status === 401), `${source}: refused everywhere`)
    }
    const fresh = await signIn(fleet.instances[2] as Instance, 'fresh')
    for (const instance of fleet.instances) t.match(await get(instance, { ...fresh }), { status: 200, renewed: false })
  }
})

interface Fleet {
  readonly instances: readonly Instance[]
  /** A provider of the test's own on the same source. */
  readonly provider: SecretProvider
  /** Texts of all secrets that there ever were. */
  readonly secrets: Set<string>
  cut(): void
  restore(): Promise<void> | undefined
}

/** An impatient instance counts its source as down soon; elsewhere a busy machine must not look like an outage. */
async function startFleet(t: Test, source: 'file' | 'aws', { firstIsImpatient = false } = {}): Promise<Fleet> {
  const server = source === 'aws' ? await startSecretsManager() : undefined
  const proxy = server === undefined ? undefined : await startProxy({ host: server.host, port: server.port })
  const place = source === 'aws' ? 'fleet/session' : join(t.testdir(), 'secrets')
  const instances = await Promise.all(
    Array.from({ length: INSTANCES }, (_, i) =>
      startInstance({ source, place, refreshIntervalMs: REFRESH_MS, env: envOf(server, { port: i === 0 ? proxy?.port : undefined, timeoutMs: i === 0 && firstIsImpatient ? 300 : 20_000 }) }),
    ),
  )
  const provider = server === undefined ? createFileProvider({ folder: place }) : createAwsProvider({ secretId: place, ...server.clientConfig })
  const secrets = new Set<string>()
  const collecting = setInterval(() => void collect(provider, secrets), 100)
  t.teardown(async () => {
    clearInterval(collecting)
    await Promise.all(instances.map(({ process }) => process.kill('SIGKILL')))
    await proxy?.close()
    await server?.stop()
    await provider.close?.()
  })
  return { instances, provider, secrets, cut: () => proxy?.blackHole(), restore: () => proxy?.restore() }
}

function envOf(server: SecretsManagerServer | undefined, { port, timeoutMs }: { port: number | undefined; timeoutMs: number }): Record<string, string> {
  if (server === undefined) return {}
  const env = { ...server.env, SOURCE_TIMEOUT_MS: String(timeoutMs) }
  return port === undefined ? env : { ...env, AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}` }
}

async function collect(provider: SecretProvider, secrets: Set<string>): Promise<void> {
  const set = await provider.load().catch(() => undefined)
  for (const version of set?.versions ?? []) secrets.add(textOf(version))
}

/** Begins a rotation at one instance, and waits until all of them sign with the new key. */
async function rotate(instances: readonly Instance[], first: Instance): Promise<void> {
  const { pendingKeyId } = (await first.order('rotate')) as RotationResult
  await untilAllHave(instances, pendingKeyId)
}

async function untilAllHave(instances: readonly Instance[], primaryKeyId: string | undefined): Promise<void> {
  for (const instance of instances) {
    while ((await instance.status()).primaryKeyId !== primaryKeyId) await sleep(50)
  }
}

async function checkEnd(t: Test, fleet: Fleet, traffic: Traffic): Promise<void> {
  // Everybody comes once more.
  for (const [i, user] of traffic.users.entries()) {
    t.equal((await get(fleet.instances[i % INSTANCES] as Instance, user)).status, 200)
  }
  const manager = await createSecretManager({ providers: [fleet.provider], environment: 'production' })
  const signer = createCookieSigner(manager.keyring)
  const underLast = traffic.users.filter(({ cookie }) => {
    const { valid, renew } = signer.unsign(cookie)
    return valid && !renew
  })
  t.equal(underLast.length, traffic.users.length, 'every cookie is under the last key')
  const total = [...traffic.answers.values()].reduce((sum, count) => sum + count, 0)
  t.comment(`${total} requests, ${ROTATIONS} rotations, ${fleet.secrets.size} secrets`)
  t.equal(fleet.secrets.size, ROTATIONS + 1)
  const printed = fleet.instances.map(({ process }) => process.lines.join('\n')).join('\n')
  t.match(printed, /"action":"promoted"/)
  t.strictSame(findSecrets(printed, [...fleet.secrets]), [], 'the log of all of it holds no secret')
  await manager.close()
}
