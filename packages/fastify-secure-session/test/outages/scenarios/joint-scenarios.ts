import { setTimeout as sleep } from 'node:timers/promises'
import { cut, restore } from './lines.ts'
import type { Scenario } from './scenario.ts'

/** Long enough for the instances to be at home on the next store. */
const SETTLED_MS = 1500

export const jointScenarios: readonly Scenario[] = [
  {
    name: 'A server process killed while Redis is down',
    prepare: ({ redis }) => redis.dropSnapshot(),
    async begin({ redis, servers: [first] }) {
      await redis.kill()
      await sleep(SETTLED_MS)
      await first?.kill()
    },
    async end({ redis, servers: [first] }) {
      await redis.restart()
      await first?.start()
    },
  },
  {
    name: 'Redis and PostgreSQL cut',
    begin: ({ redisLines, postgresLines }) => cut([...redisLines, ...postgresLines]),
    end: ({ redisLines, postgresLines }) => restore([...redisLines, ...postgresLines]),
  },
  {
    name: 'Redis and PostgreSQL killed, Redis restarted empty',
    prepare: ({ redis }) => redis.dropSnapshot(),
    begin: async ({ redis, postgres }) => void (await Promise.all([redis.kill(), postgres.kill()])),
    end: async ({ redis, postgres }) => void (await Promise.all([redis.restart(), postgres.restart()])),
  },
]
