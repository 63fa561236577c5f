import t from 'tap'
import { holdToPromise, SHORT } from './loses-nothing.ts'
import { clusterScenarios } from './scenarios/cluster-scenarios.ts'
import { runScenario } from './scenarios/run-scenario.ts'
import { openClusterStage } from './stage/cluster-stage.ts'

for (const create of clusterScenarios) {
  const scenario = create()
  t.test(scenario.name, async (t) => {
    const stage = await openClusterStage()
    t.teardown(() => stage.stop())
    holdToPromise(t, scenario, await runScenario(stage, scenario, SHORT))
  })
}
