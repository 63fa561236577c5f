import type { Writable } from 'node:stream'
import type { RedisClient } from './redis-driver.ts'

/**
 * Puts the commands of one turn of the event loop into one write to the socket, for a client of the store's own.
 *
 * What ioredis offers for it, `enableAutoPipelining`, makes chains of pipelines that outlive their commands: under load each
 * collection of garbage took 5 ms, where it takes half a millisecond without.
 *
 * @returns Called before a command; does nothing for a Cluster, whose commands go to several sockets.
 * @see https://nodejs.org/api/stream.html#writablecork
 */
export function createRedisBatch(): (client: RedisClient) => void {
  let corked: Writable | undefined
  return ({ stream }) => {
    if (stream === undefined || stream === corked) return
    corked = stream
    stream.cork()
    setImmediate(() => {
      if (corked === stream) corked = undefined
      stream.uncork()
    })
  }
}
