import t, { type Test } from 'tap'
import { scenarioNamed } from './scenarios/all-scenarios.ts'
import { type RunOptions, runScenario } from './scenarios/run-scenario.ts'
import type { Outcome } from './scenarios/outcome.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { openStage } from './stage/stage.ts'

/** The short form: long enough for the chain to change over and back. */
export const SHORT: RunOptions = { users: 60, perSecond: 80, beforeMs: 300, faultMs: 1200, flapMs: 4000, afterMs: 300 }
/** Beyond any pause that a busy machine adds: it says that no request hung. */
const HUNG_MS = 15_000

/** Runs scenarios under load, three at a time, each on servers of its own, and holds the chain to what it promises. */
export function losesNothing(names: readonly string[]): void {
  t.jobs = 3
  for (const name of names) {
    t.test(name, { buffered: true }, async (t) => {
      const scenario = scenarioNamed(name)
      const stage = await openStage({ fallback: 'true' }, scenario.needs)
      t.teardown(() => stage.stop())
      holdToPromise(t, scenario, await runScenario(stage, scenario, SHORT))
    })
  }
}

export function holdToPromise(t: Test, { refuses }: Pick<Scenario, 'refuses'>, outcome: Outcome): void {
  t.comment(JSON.stringify(outcome))
  t.ok(outcome.writes > 0 && outcome.ended > 0, 'users wrote, and signed out')
  t.equal(outcome.loggedOut.total - outcome.loggedOut.inWindow, 0, 'nobody was logged out')
  t.equal(outcome.writesLost.total - outcome.writesLost.inWindow, 0, 'no write was lost')
  t.equal(outcome.cameBack.total, 0, 'no ended session came back')
  if (refuses !== true) t.ok(outcome.errors.total < outcome.requests / 4, 'most requests were answered')
  t.ok(outcome.longestPauseMs < HUNG_MS, 'none hung')
}
