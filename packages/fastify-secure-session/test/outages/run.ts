import { parseArgs } from 'node:util'
import { allScenarios } from './scenarios/all-scenarios.ts'
import { clusterScenarios } from './scenarios/cluster-scenarios.ts'
import type { Outcome } from './scenarios/outcome.ts'
import { runScenario } from './scenarios/run-scenario.ts'
import { toTable } from './scenarios/table.ts'
import type { AppServer } from './stage/app-servers.ts'
import { openClusterStage } from './stage/cluster-stage.ts'
import { openStage, type StageFallback } from './stage/stage.ts'

const LENGTHS = {
  long: { users: 300, perSecond: 200, beforeMs: 3_000, faultMs: 10_000, flapMs: 60_000, afterMs: 5_000 },
  short: { users: 150, perSecond: 200, beforeMs: 700, faultMs: 2_500, flapMs: 8_000, afterMs: 1_500 },
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Scenarios whose name holds this. */
    only: { type: 'string', default: '' },
    length: { type: 'string', default: 'long' },
    /** `true`, `memory` or `false`, as in SESSION_FALLBACK. */
    fallback: { type: 'string', default: 'true' },
    /** Prints what the instances logged. */
    logs: { type: 'boolean', default: false },
  },
})
const length = values.length === 'short' ? LENGTHS.short : LENGTHS.long

interface AnyStage {
  readonly servers: readonly AppServer[]
  stop(): Promise<void>
}

/** Each scenario on servers of its own, so that none inherits from another. */
async function onStage<T extends AnyStage>(opening: Promise<T>, run: (stage: T) => Promise<Outcome>): Promise<Outcome> {
  const stage = await opening
  try {
    return await run(stage)
  } finally {
    if (values.logs) for (const { lines } of stage.servers) console.error(lines.join('\n'))
    await stage.stop()
  }
}

const fallback = values.fallback as StageFallback
const runs = [
  ...allScenarios.map((scenario) => ({
    name: scenario.name,
    run: () => onStage(openStage({ fallback }, scenario.needs), (stage) => runScenario(stage, scenario, length)),
  })),
  ...clusterScenarios.map((create) => create()).map((scenario) => ({
    name: scenario.name,
    run: () => onStage(openClusterStage(), (stage) => runScenario(stage, scenario, length)),
  })),
]
const outcomes: Outcome[] = []
for (const { run } of runs.filter(({ name }) => name.includes(values.only))) {
  const outcome = await run()
  outcomes.push(outcome)
  // A run takes a quarter of an hour: what is known is shown at once.
  console.error(JSON.stringify(outcome))
}
console.log(values.json ? JSON.stringify(outcomes, undefined, 2) : toTable(outcomes))
