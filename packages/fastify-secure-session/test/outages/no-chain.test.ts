import t from 'tap'
import { runScenario } from './scenarios/run-scenario.ts'
import { scenarioNamed } from './scenarios/all-scenarios.ts'
import { openStage } from './stage/stage.ts'

// Without these, a table of zeros would mean nothing.
t.test('without a chain the model finds users logged out, writes lost and ended sessions that came back', async (t) => {
  const stage = await openStage({ fallback: 'false' })
  t.teardown(() => stage.stop())
  const options = { users: 100, perSecond: 150, beforeMs: 1000, faultMs: 300, flapMs: 0, afterMs: 500 }

  const empty = await runScenario(stage, scenarioNamed('Redis killed, restarted empty'), options)
  t.ok(empty.loggedOut.total > 0, 'Redis restarted empty: logged out')
  t.ok(empty.errors.total > 0, 'while it is down: errors')

  const old = await runScenario(stage, scenarioNamed('Redis killed, restarted with old data'), options)
  t.ok(old.writesLost.total > 0, 'Redis restarted with old data: writes lost')
  t.ok(old.cameBack.total > 0, 'Redis restarted with old data: sessions that came back')

  const cut = await runScenario(stage, scenarioNamed('Redis connections cut'), options)
  t.strictSame([cut.loggedOut.total, cut.writesLost.total, cut.cameBack.total], [0, 0, 0], 'and nothing where nothing is lost')
})
