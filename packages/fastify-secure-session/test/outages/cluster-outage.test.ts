import t from 'tap'
import { holdToPromise, SHORT } from './loses-nothing.ts'
import { clusterFailover } from './scenarios/cluster-scenarios.ts'
import { runScenario } from './scenarios/run-scenario.ts'
import { openClusterStage } from './stage/cluster-stage.ts'

t.test('a Redis Cluster loses a master', async (t) => {
  const stage = await openClusterStage()
  t.teardown(() => stage.stop())
  const scenario = clusterFailover()
  holdToPromise(t, scenario, await runScenario(stage, scenario, SHORT))
})
