import { cut, restore } from './lines.ts'
import type { Scenario } from './scenario.ts'

const needs = { fallback: 'memory' } as const
const bothCut: Pick<Scenario, 'begin' | 'end'> = {
  begin: ({ redisLines, postgresLines }) => cut([...redisLines, ...postgresLines]),
  end: ({ redisLines, postgresLines }) => restore([...redisLines, ...postgresLines]),
}

/** Both durable stores away, and memory asked for: `SESSION_FALLBACK=memory`. */
export const memoryScenarios: readonly Scenario[] = [
  // All sessions of a user can be ended by no instance that knows only its own: that is refused, and left out here.
  { name: 'Redis and PostgreSQL cut, memory, users sticky', needs, habits: { sticky: true, neverEndAll: true }, ...bothCut },
  {
    name: 'Redis and PostgreSQL killed, Redis restarted empty, memory, users sticky',
    needs,
    habits: { sticky: true, neverEndAll: true },
    prepare: ({ redis }) => redis.dropSnapshot(),
    begin: async ({ redis, postgres }) => void (await Promise.all([redis.kill(), postgres.kill()])),
    end: async ({ redis, postgres }) => void (await Promise.all([redis.restart(), postgres.restart()])),
  },
  // To show what sticky users are for.
  { name: 'Redis and PostgreSQL cut, memory, users on any server', needs, refuses: true, ...bothCut },
]
