import { createFakeClock } from '@keyturn/testing/clock'
import t from 'tap'
import { sampleKey, sampleRecord } from '../../src/conformance/samples.ts'
import { createWarmCopies } from '../../src/failover/warm-copies.ts'

function start() {
  const clock = createFakeClock()
  const copies = createWarmCopies({ clock, monotonicMs: clock.now })
  const key = sampleKey()
  const record = sampleRecord(clock, { ownerTag: Buffer.alloc(32, 3) })
  const later = { ...record, version: 2, sealed: Buffer.from('second') }
  return { clock, copies, key, record, later }
}

t.test('what was made here is there for five minutes after its last use', async (t) => {
  const { clock, copies, key, record, later } = start()
  copies.wrote(key, record)
  copies.read(key, record, copies.begin())
  t.strictSame(copies.find(key), record)
  copies.wrote(key, later)
  t.equal(copies.find(key)?.version, 2)
  await clock.advance(4 * 60_000)
  copies.read(key, later, copies.begin())
  await clock.advance(4 * 60_000)
  t.ok(copies.find(key))
  await clock.advance(60_000)
  t.equal(copies.find(key), undefined)
})

t.test('it lives no longer than the session', async (t) => {
  const { clock, copies, key, record } = start()
  copies.wrote(key, { ...record, expiresAt: clock.now() + 1000 })
  copies.prolonged(key, clock.now() + 2000)
  await clock.advance(1500)
  t.ok(copies.find(key))
  await clock.advance(500)
  t.equal(copies.find(key), undefined)
})

t.test('a session that another instance changes is not served, and is again when it no longer does', async (t) => {
  const { clock, copies, key, record, later } = start()
  copies.wrote(key, record)
  copies.read(key, later, copies.begin())
  t.equal(copies.find(key), undefined)
  copies.wrote(key, { ...later, version: 3 })
  t.equal(copies.find(key), undefined, 'it is used there as well')
  await clock.advance(10 * 60_000)
  copies.read(key, { ...later, version: 3 }, copies.begin())
  t.equal(copies.find(key)?.version, 3)
})

t.test('a session that was found here, and made elsewhere, is served when nobody else has changed it for a minute', async (t) => {
  const { clock, copies, key, record } = start()
  copies.read(key, record, copies.begin())
  await clock.advance(59_000)
  copies.prolonged(key, record.expiresAt + 1000)
  t.equal(copies.find(key), undefined)
  await clock.advance(1000)
  t.ok(copies.find(key))
})

t.test('a change of our own that a read shows before it is acknowledged is not taken for another instance\'s', async (t) => {
  const { copies, key, record, later } = start()
  copies.wrote(key, record)
  copies.read(key, later, copies.begin())
  copies.wrote(key, later)
  t.equal(copies.find(key)?.version, 2)
  const prolonged = { ...later, expiresAt: later.expiresAt + 1000 }
  copies.read(key, prolonged, copies.begin())
  copies.prolonged(key, prolonged.expiresAt)
  t.strictSame(copies.find(key), prolonged)
  copies.read(key, record, copies.begin())
  t.equal(copies.find(key)?.version, 2, 'an answer that comes late changes nothing')
})

t.test('what ended is not kept, be it read meanwhile', async (t) => {
  const { copies, key, record } = start()
  const began = copies.begin()
  copies.ended(key)
  copies.read(key, record, began)
  copies.read(key, record, copies.begin())
  copies.wrote(key, record)
  t.equal(copies.find(key), undefined)
  t.ok(copies.hasEnded(key))
  copies.missed(sampleKey())
})

t.test('nor is what an owner had when all ended, but for the session that was to stay', async (t) => {
  const { copies, key, record } = start()
  const [stays, beingRead] = [sampleKey(), sampleKey()]
  for (const one of [key, stays]) copies.wrote(one, record)
  const began = copies.begin()
  copies.endedOwner(record.ownerTag ?? Buffer.alloc(0), stays)
  copies.read(beingRead, record, began)
  t.strictSame([key, stays, beingRead].map((one) => copies.find(one) !== undefined), [false, true, false])
  t.strictSame(copies.listByOwner(record.ownerTag ?? Buffer.alloc(0)).map((found) => found.key), [stays])
})
