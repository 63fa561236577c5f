const ASTERISK = 0x2a
const DOLLAR = 0x24
const LINE_FEED = 0x0a
const ZERO = 0x30
const NINE = 0x39

/**
 * Counts commands in what a client sends to Redis, however it is cut into pieces.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/#sending-commands-to-a-redis-server
 */
export function createRedisCounter(): (chunk: Buffer) => number {
  let kind = 0
  let length = 0
  /** Bytes of a value still to pass over, with the line end after it. */
  let skip = 0

  return (chunk) => {
    let commands = 0
    for (let at = 0; at < chunk.length; at++) {
      if (skip > 0) {
        const step = Math.min(skip, chunk.length - at)
        skip -= step
        at += step - 1
        continue
      }
      const byte = chunk[at] ?? 0
      if (byte === ASTERISK || byte === DOLLAR) {
        kind = byte
        length = 0
      } else if (byte >= ZERO && byte <= NINE) {
        length = length * 10 + byte - ZERO
      } else if (byte === LINE_FEED) {
        if (kind === ASTERISK) commands++
        else skip = length + 2
      }
    }
    return commands
  }
}
