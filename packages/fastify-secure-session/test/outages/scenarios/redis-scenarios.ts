import { blackHole, cut, restore } from './lines.ts'
import type { Scenario } from './scenario.ts'

export const redisScenarios: readonly Scenario[] = [
  {
    name: 'Redis killed, restarted empty',
    prepare: ({ redis }) => redis.dropSnapshot(),
    begin: ({ redis }) => redis.kill(),
    end: ({ redis }) => redis.restart(),
  },
  {
    name: 'Redis killed, restarted with old data',
    prepare: ({ redis }) => redis.snapshot(),
    begin: ({ redis }) => redis.kill(),
    async end({ redis }) {
      await redis.restart()
      await redis.dropSnapshot()
    },
  },
  {
    name: 'Redis killed and back at once, empty',
    prepare: ({ redis }) => redis.dropSnapshot(),
    async begin({ redis }) {
      await redis.kill()
      await redis.restart()
    },
    end: async () => {},
  },
  { name: 'Redis paused and resumed', begin: async ({ redis }) => redis.pause(), end: async ({ redis }) => redis.resume() },
  { name: 'Redis connections cut', begin: ({ redisLines }) => cut(redisLines), end: ({ redisLines }) => restore(redisLines) },
  { name: 'Redis black-holed', begin: ({ redisLines }) => blackHole(redisLines), end: ({ redisLines }) => restore(redisLines) },
  { name: 'Redis full', begin: ({ redis }) => redis.refuseWrites('full'), end: ({ redis }) => redis.acceptWrites() },
  { name: 'Redis a read-only replica', begin: ({ redis }) => redis.refuseWrites('replica'), end: ({ redis }) => redis.acceptWrites() },
  { name: 'Redis seen by one instance only', begin: ({ redisLines }) => cut(redisLines.slice(1)), end: ({ redisLines }) => restore(redisLines) },
  { name: 'Redis flapping every second', everyMs: 1000, begin: ({ redisLines }) => cut(redisLines), end: ({ redisLines }) => restore(redisLines) },
]
