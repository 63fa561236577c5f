import { randomBytes } from 'node:crypto'
import t from 'tap'
import { collect, HOUR_MS, putSample, repeat, sampleKey, sampleRecord } from '../../src/conformance/samples.ts'
import { isWell, startSimulatedChain } from './fixtures/simulated-chain.ts'

t.test('a restart that is over before the next command is noticed, and nothing is read from an empty link', async (t) => {
  const { clock, redis, until, open } = startSimulatedChain(t)
  const instance = await open()
  const { key, record } = await putSample(instance.store, clock)
  await until('the mirror has it', () => isWell(instance))
  await redis.blink('empty')
  t.strictSame(await instance.store.get(key), record)
  t.match(instance.events.find(({ type }) => type === 'link-lost'), { link: 'redis', reason: 'RESTARTED' })
  await until('redis serves again', () => isWell(instance))
  t.strictSame(await redis.data.get(key), record)
})

t.test('a connection that was cut and is back costs no change of links', async (t) => {
  const { clock, pass, open } = startSimulatedChain(t)
  const { store, lines, events } = await open()
  const { key } = await putSample(store, clock)
  lines.first.drop()
  t.ok(await store.get(key))
  await pass(1000)
  t.equal(store.status().serving, 'redis')
  t.notOk(events.some(({ type }) => type === 'serving'))
})

t.test('while one instance cannot reach the first link, none reads from it', async (t) => {
  const { clock, redis, pass, until, open } = startSimulatedChain(t)
  const [cut, other] = [await open(), await open()]
  const { key, record } = await putSample(other.store, clock)
  await until('all is well', () => isWell(cut) && isWell(other))
  cut.lines.first.cut('silent')
  t.equal(await cut.store.put(key, { ...record, version: 2, sealed: Buffer.from('by the one that is cut') }, 1), 'stored')
  t.equal((await other.store.get(key))?.version, 2, 'the other sees it at once')
  await pass(20_000)
  t.equal(other.store.status().serving, 'postgres', 'nor does it return while the first is out of reach of one')
  t.notOk(other.events.some(({ type }) => type === 'reconciled'), 'it does not even try')
  await other.store.destroy(key)
  t.equal(await cut.store.get(key), undefined)
  cut.lines.first.restore()
  await until('all is well again', () => isWell(cut) && isWell(other))
  for (const { store } of [cut, other]) t.equal(await store.get(key), undefined)
  t.not((await redis.data.get(key))?.version, 1)
})

t.test('sessions that only the lost link has are ended with all others of their owner', async (t) => {
  const { clock, redis, postgres, until, open } = startSimulatedChain(t)
  const instance = await open()
  const [ownerTag, other] = [randomBytes(32), randomBytes(32)]
  const [kept, mirrored] = [await putSample(instance.store, clock, { ownerTag }), await putSample(instance.store, clock, { ownerTag })]
  await until('the mirror has it', () => isWell(instance))
  // As from an instance that died with its last writes.
  const unmirrored = await putSample(redis.data, clock, { ownerTag })
  const ofOther = await putSample(redis.data, clock, { ownerTag: other })
  redis.stop()
  t.equal(await instance.store.destroyByOwner?.(ownerTag, { except: kept.key }), 1)
  await redis.start('kept')
  await until('redis serves again', () => isWell(instance))
  t.strictSame((await instance.store.listByOwner?.(ownerTag))?.map(({ key }) => key), [kept.key])
  for (const { key } of [mirrored, unmirrored]) t.equal(await instance.store.get(key), undefined)
  t.ok(await instance.store.get(ofOther.key), 'what was not mirrored of others is there')
  t.ok(await postgres.data.get(ofOther.key), 'in both links')
})

t.test('a second link that was away too long is gone through, and is no fall-back before', async (t) => {
  const { clock, redis, postgres, until, open } = startSimulatedChain(t)
  const instance = await open({ mirror: { maxPending: 10 } })
  const { store, events } = instance
  const early = await putSample(store, clock)
  await until('the mirror has it', () => isWell(instance))
  postgres.stop()
  const late = await Promise.all(repeat(40, () => putSample(store, clock)))
  await store.destroy(early.key)
  t.equal(store.status().serving, 'redis')
  t.ok(store.status().degraded)
  t.ok(store.status().mirror.dropped > 0)
  t.ok(store.status().mirror.behind)
  await postgres.start('kept')
  await until('the second link has all', () => isWell(instance))
  t.match(events.filter(({ type }) => type === 'mirror-caught-up').length, 1)
  redis.stop()
  for (const { key, record } of late) t.strictSame(await store.get(key), record)
  t.equal(await store.get(early.key), undefined, 'what ended meanwhile stays ended')
  t.equal(store.status().serving, 'postgres')
})

t.test('a second link that was away for a moment is caught up with from memory, and that is told', async (t) => {
  const { clock, postgres, until, open } = startSimulatedChain(t)
  const instance = await open()
  await until('all is well', () => isWell(instance))
  postgres.stop()
  const { key } = await putSample(instance.store, clock)
  await until('it is seen', () => instance.store.status().mirror.behind)
  await postgres.start('kept')
  await until('all is well again', () => isWell(instance))
  t.ok(await postgres.data.get(key))
  const told = instance.events.map(({ type }) => type)
  t.strictSame(told, ['link-lost', 'mirror-behind', 'link-recovered', 'mirror-caught-up'])
})

t.test('writers wait when the mirror is full', async (t) => {
  const { clock, postgres, until, open } = startSimulatedChain(t)
  const instance = await open({ mirror: { maxPending: 4, batchSize: 2 } })
  const sessions = await Promise.all(repeat(60, () => putSample(instance.store, clock)))
  t.ok(instance.store.status().mirror.pending <= 60)
  await until('the mirror has them', () => isWell(instance))
  t.equal(instance.store.status().mirror.dropped, 0)
  for (const { key } of sessions) t.ok(await postgres.data.get(key))
})

t.test('many writes and touches of one session reach the second link as one', async (t) => {
  const { clock, postgres, until, open } = startSimulatedChain(t)
  const instance = await open({ mirror: { maxDelayMs: 1000 } })
  const { store } = instance
  const { key, record } = await putSample(store, clock)
  for (let version = 2; version <= 5; version++) await store.put(key, { ...record, version }, version - 1)
  const expiresAt = clock.now() + 2 * HOUR_MS
  await store.touch(key, expiresAt)
  t.equal(store.status().mirror.pending, 1)
  t.ok((store.status().mirror.oldestPendingMs ?? 0) > 0)
  await until('the mirror has it', () => isWell(instance))
  t.match(await postgres.data.get(key), { version: 5, expiresAt })
})

t.test('what the mirror holds is written when the chain is closed', async (t) => {
  const { clock, postgres, open } = startSimulatedChain(t)
  const { store } = await open({ mirror: { maxDelayMs: 60_000 } })
  const { key } = await putSample(store, clock)
  t.equal(await postgres.data.get(key), undefined)
  await store.close()
  t.ok(await postgres.data.get(key))
})

t.test('graves and the ledger are neither counted nor scanned', async (t) => {
  const { clock, redis, open } = startSimulatedChain(t)
  const { store } = await open()
  redis.stop()
  const live = await putSample(store, clock, { sealed: Buffer.alloc(100) })
  const ended = await putSample(store, clock)
  await store.destroy(ended.key)
  await store.destroy(sampleKey())
  t.equal(store.status().serving, 'postgres')
  t.match(await store.statistics?.(), { total: 1, active: 1, expired: 0, bytes: 100 })
  t.strictSame((await collect((store as Required<typeof store>).scan())).map(({ key }) => key), [live.key])
})

t.test('an instance takes up what an earlier one left: the first link stays out of use until it was brought up', async (t) => {
  const { clock, redis, until, open } = startSimulatedChain(t)
  const earlier = await open()
  const { key, record } = await putSample(earlier.store, clock)
  await until('the mirror has it', () => isWell(earlier))
  await redis.snapshot()
  redis.stop()
  t.equal(await earlier.store.put(key, { ...record, version: 2 }, 1), 'stored')
  await earlier.store.close()
  await redis.start('old')
  const later = await open()
  t.equal((await later.store.get(key))?.version, 2)
  await until('redis serves again', () => isWell(later))
  t.equal((await later.store.get(key))?.version, 2)
  t.equal((await redis.data.get(key))?.version, 2)
})

t.test('a link that was empty when it joined the chain is filled before it serves', async (t) => {
  const { clock, redis, postgres, until, open } = startSimulatedChain(t)
  const before = await Promise.all(repeat(30, () => putSample(postgres.data, clock)))
  const instance = await open()
  t.ok(await instance.store.get(before[0]?.key ?? sampleKey()))
  await until('redis serves', () => isWell(instance))
  for (const { key, record } of before) t.strictSame(await redis.data.get(key), record)
})

t.test('an error of the link that is no outage is told, and changes no link', async (t) => {
  const { clock, open } = startSimulatedChain(t)
  const { store } = await open()
  await t.rejects(store.get(Buffer.alloc(3)), TypeError)
  await t.rejects(store.put(sampleKey(), sampleRecord(clock, { version: 0 }), 'any'), TypeError)
  t.equal(store.status().degraded, false)
})
