const EXECUTE = 0x45
const QUERY = 0x51

/**
 * Counts statements in what a client sends to PostgreSQL, however it is cut into pieces.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function createPostgresCounter(): (chunk: Buffer) => number {
  let pending: Buffer = Buffer.alloc(0)
  // The first message has no type before its length.
  let typeBytes = 0

  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    let statements = 0
    let at = 0
    while (pending.length - at >= typeBytes + 4) {
      const end = at + typeBytes + pending.readUInt32BE(at + typeBytes)
      if (end > pending.length) break
      const type = typeBytes === 0 ? 0 : pending[at]
      if (type === EXECUTE || type === QUERY) statements++
      typeBytes = 1
      at = end
    }
    pending = pending.subarray(at)
    return statements
  }
}
