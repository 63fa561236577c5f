import t from 'tap'
import { createSecretManager } from '../../src/index.ts'
import { startBench } from '../fixtures/aws.ts'
import { createTestClock, manage } from '../fixtures/managed.ts'
import { createScriptedProvider, DAY, sampleVersion } from '../fixtures/samples.ts'

t.setTimeout(60_000)

t.test('a start is one description and one value, each look after it one description', async (t) => {
  const { server, connect } = await startBench(t)
  await connect().create?.(sampleVersion())
  server.forgetCalls()
  const manager = await createSecretManager({ providers: [connect()], environment: 'production' })
  t.strictSame(server.calls.map(({ operation }) => operation), ['DescribeSecret', 'GetSecretValue'])
  server.forgetCalls()
  await manager.refresh()
  t.strictSame(server.calls.map(({ operation }) => operation), ['DescribeSecret'])
  await manager.close()
})

t.test('a change is two writes', async (t) => {
  const { server, connect } = await startBench(t)
  const manager = await createSecretManager({ providers: [connect()], environment: 'production' })
  server.forgetCalls()
  await manager.rotate({ mode: 'immediate' })
  t.equal(server.count('PutSecretValue'), 1)
  t.equal(server.count('UpdateSecretVersionStage'), 1)
  await manager.close()
})

t.test('a day with the default interval is 384 looks, give or take the jitter', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider({ versions: [sampleVersion()], origin: 'scripted' })
  const defaults = { refreshIntervalMs: 300_000, propagationMs: 900_000, random: Math.random }
  const { manager } = await manage({ providers: [source], clock, ...defaults })
  const before = source.loads
  await clock.advance(DAY)
  const looks = source.loads - before
  t.ok(looks > 340 && looks < 430, `${looks} looks`)
  await manager.close()
})

t.test('a fleet that starts at once on nothing makes one secret and few calls', async (t) => {
  const { server, connect } = await startBench(t)
  const managers = await Promise.all(
    Array.from({ length: 20 }, async () => createSecretManager({ providers: [connect()], environment: 'production' })),
  )
  t.ok(server.calls.length <= 20 * 5, `${server.calls.length} calls`)
  t.equal(server.calls.filter(({ operation, outcome }) => operation === 'CreateSecret' && outcome === 'ok').length, 1)
  await Promise.all(managers.map(async (manager) => manager.close()))
})
