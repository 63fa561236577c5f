import { type ConformanceOptions, createCheck, type Topic } from './harness.ts'
import { creating } from './topics/creating.ts'
import { lifecycle } from './topics/lifecycle.ts'
import { loading } from './topics/loading.ts'
import { replacing } from './topics/replacing.ts'

const TOPICS: Readonly<Record<string, Topic>> = { loading, creating, replacing, lifecycle }

/**
 * Registers the tests that every secret provider passes, each named by its topic and the behaviour it looks at.
 * What a provider does not support is not asked of it.
 *
 * @example
 * testConformance({ test, createProvider: () => createVaultProvider({ path: randomUUID() }) })
 */
export function testConformance(options: ConformanceOptions): void {
  for (const [name, topic] of Object.entries(TOPICS)) topic(createCheck(options, name))
}
