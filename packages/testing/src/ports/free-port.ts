import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below Linux's range for outgoing connections: a server that is restarted finds its port free again.
const LOWEST = 15_000
const HIGHEST = 32_000

/** Finds a TCP port on 127.0.0.1 that nobody listens on. Another process may still take it first: try again then. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
