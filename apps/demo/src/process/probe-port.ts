import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Settings } from '../settings.ts'

/**
 * Listens for a moment, so that a port that is taken is told before a database is started.
 *
 * @throws the system's error, such as `EADDRINUSE`.
 */
export async function probePort({ host, port }: Pick<Settings, 'host' | 'port'>): Promise<void> {
  const server = createServer()
  server.listen({ host, port, exclusive: true })
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}
