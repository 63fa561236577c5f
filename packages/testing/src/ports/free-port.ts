import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

// Below Linux's range for outgoing connections: a server that is restarted finds its port free again.
const LOWEST = 15_000
const HIGHEST = 32_000

/**
 * Finds a TCP port on 127.0.0.1 that nobody listens on. As long as this process lives it is given to nobody else, in
 * whatever process: a server that was killed finds it free again. Anything else may still take it first: try again then.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await isFree(port) && await reserve(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Holds the UDP port of the same number, which no server here uses: the system lets one have it, and ends that with the process. */
function reserve(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const mark = createSocket('udp4').unref()
    mark.once('error', () => {
      mark.close()
      resolve(false)
    })
    mark.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true))
  })
}
