import type { SecureSession } from '@keyturn/fastify-secure-session'
import { type StoreKey, toStoreKey } from '@keyturn/session-stores'
import type { Device } from '../page/page-state.ts'

interface DevicesQuestion {
  readonly secureSession: SecureSession
  readonly userId: string
  readonly sessionId: string
}

/** Every session of one user, this one first, then the newest. */
export async function listDevices({ secureSession, userId, sessionId }: DevicesQuestion): Promise<Device[]> {
  const mine = toStoreKey(sessionId)
  const sessions = await secureSession.sessions.listByOwner(userId)
  return sessions
    .map(({ key, data, createdAt, keyId }) => ({
      key: key.toString('hex'),
      name: typeof data.device === 'string' ? data.device : 'A browser',
      createdAt,
      keyId,
      current: key.equals(mine),
    }))
    .toSorted((a, b) => Number(b.current) - Number(a.current) || b.createdAt - a.createdAt)
}

/**
 * Ends one session of a user. The page names it by its store key, which anybody may write into a request: only a
 * session that is the user's own is ended.
 */
export async function endDevice({ secureSession, userId }: Omit<DevicesQuestion, 'sessionId'>, key: StoreKey): Promise<boolean> {
  const sessions = await secureSession.sessions.listByOwner(userId)
  const found = sessions.find((session) => session.key.equals(key))
  if (found === undefined) return false
  await secureSession.store.destroy(found.key)
  return true
}
