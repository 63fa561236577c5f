import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const LOCK_TIMEOUT_MS = 600_000

/**
 * Lets one process of this user at a time do something. The lock is a name in the kernel, gone with its holder: a
 * killed one leaves nothing to clear. Only Linux has such names; elsewhere nothing is fetched and nothing need be locked.
 *
 * @param name - What is locked, of any length.
 */
export async function withInstallLock<T>(name: string, run: () => Promise<T>): Promise<T> {
  if (process.platform !== 'linux') return run()
  const lock = await acquire(name)
  try {
    return await run()
  } finally {
    lock?.close()
  }
}

/** Work under the lock is safe without it as well, only done twice: who has waited long enough goes on. */
async function acquire(name: string): Promise<Server | undefined> {
  const address = `\0keyturn-install-${process.getuid?.()}-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
  const deadline = performance.now() + LOCK_TIMEOUT_MS
  while (performance.now() < deadline) {
    const server = await tryListen(address)
    if (server !== undefined) return server
    await sleep(100)
  }
  return undefined
}

function tryListen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => socket.destroy())
    server.once('error', error => (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? resolve(undefined) : reject(error))
    server.listen(address, () => resolve(server))
  })
}
