import { parseArgs } from 'node:util'
import { allScenarios } from './scenarios/all-scenarios.ts'
import type { Outcome } from './scenarios/outcome.ts'
import { runScenario } from './scenarios/run-scenario.ts'
import { toTable } from './scenarios/table.ts'
import { openStage } from './stage/stage.ts'

// Every scenario at its full length, one after the other, on one set of servers each.
const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string' }, quick: { type: 'boolean' }, fallback: { type: 'string' } } })
const fallback = values.fallback === 'false' || values.fallback === 'memory' ? values.fallback : 'true'
const LONG = { users: 300, perSecond: 200, beforeMs: 3_000, faultMs: 10_000, flapMs: 60_000, afterMs: 5_000 }
const QUICK = { users: 150, perSecond: 200, beforeMs: 700, faultMs: 2_500, flapMs: 8_000, afterMs: 1_500 }

const chosen = allScenarios.filter(({ name }) => name.includes(values.only ?? ''))
const outcomes: Outcome[] = []
for (const scenario of chosen) {
  const stage = await openStage({ fallback })
  try {
    const outcome = await runScenario(stage, scenario, values.quick === true ? QUICK : LONG)
    outcomes.push(outcome)
    console.error(JSON.stringify(outcome))
  } catch (error) {
    console.error(scenario.name, error)
  } finally {
    if (process.env['OUTAGE_LOG'] !== undefined) for (const server of stage.servers) console.error(server.lines.join('\n'))
    await stage.stop()
  }
}
console.log(values.json === true ? JSON.stringify(outcomes, undefined, 2) : toTable(outcomes))
