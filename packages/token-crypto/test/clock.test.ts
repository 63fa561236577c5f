import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '@keyturn/token-crypto'
import { test } from 'tap'

test('tells the time of this machine', (t) => {
  const before = Date.now()
  const now = systemClock.now()
  t.ok(now >= before && now <= Date.now())
  t.end()
})

test('runs a timer once', async (t) => {
  let runs = 0
  systemClock.setTimer(() => runs++, 1)
  await wait(30)
  t.equal(runs, 1)
})

test('a cancelled timer does not run', async (t) => {
  let runs = 0
  const cancel = systemClock.setTimer(() => runs++, 1)
  cancel()
  await wait(30)
  t.equal(runs, 0)
  t.doesNotThrow(cancel, 'cancelling twice is harmless')
})

test('a timer does not keep the process alive', (t) => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const cancel = systemClock.setTimer(() => {}, 60_000)
  t.equal(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, before)
  cancel()
  t.end()
})
