import { setTimeout as sleep } from 'node:timers/promises'
import { signAllIn, startLoad, verifyAll } from '../load/load.ts'
import { createVirtualUser } from '../load/virtual-user.ts'
import { createVisits } from '../load/visits.ts'
import { createTally } from '../model/tally.ts'
import type { Stage } from '../stage/stage.ts'
import type { AppServer } from '../stage/app-servers.ts'
import { whenHealthy } from '../stage/health.ts'
import { type Edge, type Outcome, toOutcome } from './outcome.ts'
import type { Scenario } from './scenario.ts'

export interface RunOptions {
  readonly users: number
  readonly perSecond: number
  /** Load before anything goes wrong, and as long again between preparation and fault. */
  readonly beforeMs: number
  readonly faultMs: number
  /** How long a fault that comes and goes goes on. */
  readonly flapMs: number
  /** Load once all is well again. */
  readonly afterMs: number
}

/** Long enough for the instances to be at home on the next store. */
const SETTLED_MS = 1500

/** Runs one scenario under load, from the first sign-in to a look at every session on every server. */
export async function runScenario<AnyStage extends Pick<Stage, 'servers'>>(stage: AnyStage, scenario: Scenario<AnyStage>, options: RunOptions): Promise<Outcome> {
  const tally = createTally()
  const visits = createVisits(stage.servers, tally)
  const { sticky = false, neverEndAll } = scenario.habits ?? {}
  const homeOf = (index: number): AppServer | undefined => (sticky ? stage.servers[index % stage.servers.length] : undefined)
  const users = Array.from({ length: options.users }, (_, index) => createVirtualUser({ name: `user-${index}`, visits, home: homeOf(index), neverEndAll }))
  const edges: Edge[] = []
  const edge = async (change: Promise<void>): Promise<void> => {
    const from = performance.now()
    await change
    edges.push({ from, to: performance.now() })
  }

  await signAllIn(users)
  const load = startLoad(users, options.perSecond)
  const recoveredMs = await putThrough(stage, scenario, { options, edge }).finally(() => load.stop())
  await verifyAll(users, stage.servers)
  return toOutcome({ name: scenario.name, tally, edges, recoveredMs })
}

interface Course {
  readonly options: RunOptions
  /** Waits for a change, and notes when it was. */
  readonly edge: (change: Promise<void>) => Promise<void>
}

/** Lets the fault come and go under load. @returns How long it took until all was well. */
async function putThrough<AnyStage extends Pick<Stage, 'servers'>>(stage: AnyStage, scenario: Scenario<AnyStage>, { options, edge }: Course): Promise<number> {
  await sleep(options.beforeMs)
  await scenario.prepare?.(stage)
  await sleep(options.beforeMs)
  for (let round = 0; round < rounds(scenario, options); round++) {
    await edge(scenario.begin(stage))
    if (scenario.worsen !== undefined) {
      await sleep(SETTLED_MS)
      await edge(scenario.worsen(stage))
    }
    await sleep(scenario.everyMs ?? options.faultMs)
    await edge(scenario.end(stage))
    if (scenario.everyMs !== undefined) await sleep(scenario.everyMs)
  }
  const recoveredMs = await whenHealthy(stage.servers)
  await sleep(options.afterMs)
  return recoveredMs
}

function rounds({ everyMs }: Pick<Scenario, 'everyMs'>, { flapMs }: RunOptions): number {
  return everyMs === undefined ? 1 : Math.max(1, Math.round(flapMs / (2 * everyMs)))
}
