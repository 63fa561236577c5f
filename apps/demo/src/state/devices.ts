import type { SecureSession } from '@keyturn/fastify-secure-session'
import { toStoreKey } from '@keyturn/session-stores'
import type { Device } from '../page/page-state.ts'

interface DevicesQuestion {
  readonly secureSession: SecureSession
  readonly userId: string
  readonly sessionId: string
}

/** Every session of one user, this one first, then the newest. */
export async function listDevices({ secureSession, userId, sessionId }: DevicesQuestion): Promise<Device[]> {
  const mine = toStoreKey(sessionId)
  const sessions = await secureSession.sessions.list(userId)
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
