import { jointScenarios } from './joint-scenarios.ts'
import { memoryScenarios } from './memory-scenarios.ts'
import { postgresScenarios } from './postgres-scenarios.ts'
import { redisScenarios } from './redis-scenarios.ts'
import type { Scenario } from './scenario.ts'

export const allScenarios: readonly Scenario[] = [...redisScenarios, ...postgresScenarios, ...jointScenarios, ...memoryScenarios]

/** @throws {RangeError} no scenario has this name. */
export function scenarioNamed(name: string): Scenario {
  const found = allScenarios.find((scenario) => scenario.name === name)
  if (found === undefined) throw new RangeError(`no scenario is called "${name}"`)
  return found
}
