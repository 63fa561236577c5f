import { type ConformanceOptions, createCheck, type Topic } from './harness.ts'
import { bytes } from './topics/bytes.ts'
import { compareAndSet } from './topics/compare-and-set.ts'
import { concurrency } from './topics/concurrency.ts'
import { destroying } from './topics/destroying.ts'
import { expiry } from './topics/expiry.ts'
import { lifecycle } from './topics/lifecycle.ts'
import { newerWins } from './topics/newer-wins.ts'
import { owners } from './topics/owners.ts'
import { pruning } from './topics/pruning.ts'
import { reading } from './topics/reading.ts'
import { scanning } from './topics/scanning.ts'
import { statistics } from './topics/statistics.ts'
import { touching } from './topics/touching.ts'
import { wrongArguments } from './topics/wrong-arguments.ts'

const TOPICS: Readonly<Record<string, Topic>> = {
  reading,
  bytes,
  'compare and set': compareAndSet,
  expiry,
  touching,
  destroying,
  concurrency,
  owners,
  scanning,
  pruning,
  'newer wins': newerWins,
  statistics,
  lifecycle,
  'wrong arguments': wrongArguments,
}

/**
 * Registers the tests that every session store passes, each named by its topic and the behaviour it looks at.
 *
 * @example
 * testConformance({ test, createStore: () => createGuardedStore(new MyStore()) })
 */
export function testConformance(options: ConformanceOptions): void {
  for (const [name, topic] of Object.entries(TOPICS)) topic(createCheck(options, name))
}
