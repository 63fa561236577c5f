import { cut, restore } from './lines.ts'
import type { Scenario } from './scenario.ts'

export const jointScenarios: readonly Scenario[] = [
  {
    name: 'A server process killed while Redis is down',
    prepare: ({ redis }) => redis.dropSnapshot(),
    begin: ({ redis }) => redis.kill(),
    worsen: async ({ servers: [first] }) => first?.kill(),
    async end({ redis, servers: [first] }) {
      await redis.restart()
      await first?.start()
    },
  },
  {
    name: 'Redis and PostgreSQL cut',
    refuses: true,
    begin: ({ redisLines, postgresLines }) => cut([...redisLines, ...postgresLines]),
    end: ({ redisLines, postgresLines }) => restore([...redisLines, ...postgresLines]),
  },
  {
    name: 'PostgreSQL full while Redis is away',
    needs: { smallDisk: true },
    refuses: true,
    begin: ({ redisLines }) => cut(redisLines),
    worsen: ({ postgres }) => postgres.fillDisk(),
    async end({ redisLines, postgres }) {
      await postgres.freeDisk()
      await restore(redisLines)
    },
  },
  {
    name: 'A server process killed, and Redis a moment later, restarted empty',
    prepare: ({ redis }) => redis.dropSnapshot(),
    begin: async ({ servers: [first] }) => first?.kill(),
    worsen: ({ redis }) => redis.kill(),
    async end({ redis, servers: [first] }) {
      await redis.restart()
      await first?.start()
    },
  },
  {
    name: 'Redis and a server process killed at once',
    prepare: ({ redis }) => redis.dropSnapshot(),
    begin: async ({ redis, servers: [first] }) => void (await Promise.all([first?.kill(), redis.kill()])),
    async end({ redis, servers: [first] }) {
      await redis.restart()
      await first?.start()
    },
  },
  {
    name: 'Redis killed and restarted empty while PostgreSQL is away',
    refuses: true,
    prepare: ({ redis }) => redis.dropSnapshot(),
    begin: ({ postgresLines }) => cut(postgresLines),
    async worsen({ redis }) {
      await redis.kill()
      await redis.restart()
    },
    end: ({ postgresLines }) => restore(postgresLines),
  },
  {
    name: 'Redis and PostgreSQL killed, Redis restarted empty',
    refuses: true,
    prepare: ({ redis }) => redis.dropSnapshot(),
    begin: async ({ redis, postgres }) => void (await Promise.all([redis.kill(), postgres.kill()])),
    end: async ({ redis, postgres }) => void (await Promise.all([redis.restart(), postgres.restart()])),
  },
]
