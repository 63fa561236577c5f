import t from 'tap'
import { startRefresher } from '../../src/manager/refresher.ts'
import { createTestClock, manage } from '../fixtures/managed.ts'
import { createScriptedProvider, sampleVersion } from '../fixtures/samples.ts'

t.test('what changes while a look is under way is looked at once more, however often it is told', async (t) => {
  const looks: PromiseWithResolvers<void>[] = []
  const refresher = startRefresher({
    clock: createTestClock(),
    random: () => 0.5,
    intervalMs: 1000,
    async refresh() {
      const look = Promise.withResolvers<void>()
      looks.push(look)
      await look.promise
    },
  })
  refresher.soon()
  refresher.soon()
  refresher.soon()
  t.equal(looks.length, 1)
  looks[0]?.resolve()
  await new Promise(setImmediate)
  t.equal(looks.length, 2)
  looks[1]?.resolve()
  await new Promise(setImmediate)
  t.equal(looks.length, 2)
  refresher.stop()
  refresher.soon()
  t.equal(looks.length, 2)
})

t.test('what a source warns of is told once', async (t) => {
  const set = { versions: [sampleVersion()], origin: 'scripted', warnings: ['mend this'] }
  const { manager, events } = await manage({ providers: [createScriptedProvider(set)], clock: createTestClock() })
  await manager.refresh()
  await manager.refresh()
  t.match(events.filter(({ type }) => type === 'warning'), [{ warning: 'mend this', origin: 'scripted' }])
  t.equal(events.filter(({ type }) => type === 'warning').length, 1)
  await manager.close()
})
