import type { SecureSession } from '@keyturn/fastify-secure-session'
import { createFileProvider } from '@keyturn/secret-providers'
import type { KeyId } from '@keyturn/token-crypto'
import type { KeysFacts } from '../page/page-state.ts'

const ORDER = ['primary', 'pending', 'retiring']

/** The keys of this process, and those that a second reader finds in the file. */
export async function keysFacts({ keyring, store, health }: SecureSession, secretFile: string): Promise<KeysFacts> {
  const { current } = keyring
  // The store itself: `secureSession.statistics()` gives counts up to a minute old, and here a row was just sealed anew.
  const [counts, { secret }, inFile] = await Promise.all([store.statistics?.(), health(), readIds(secretFile)])
  const accepted = new Set(current.accepted('cookie').map(({ id }) => id))
  return {
    primary: current.primary('cookie').id,
    origin: secret.origin,
    keys: current.versions
      .filter(({ id }) => accepted.has(id))
      .map(({ id, state, createdAt, retireAt }) => ({ id, state, createdAt, retireAt, sessions: counts?.byKeyId.get(id) ?? 0 }))
      .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.createdAt - a.createdAt),
    inFile,
  }
}

async function readIds(path: string): Promise<KeyId[] | undefined> {
  const file = createFileProvider({ path })
  try {
    const set = await file.load()
    return set?.versions.map(({ id }) => id)
  } catch {
    // The page is shown all the same: the process goes on with the keys that it has.
    return undefined
  } finally {
    await file.close?.()
  }
}
