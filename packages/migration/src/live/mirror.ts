import type { SessionRecord, SessionStore, StoreKey } from '@keyturn/session-stores'
import type { EpochMs } from '@keyturn/token-crypto'
import type { Tombstones } from './tombstones.ts'

/** Repeats what one store has taken in another. */
export interface Mirror {
  write(key: StoreKey, record: SessionRecord): Promise<void>
  touch(key: StoreKey, expiresAt: EpochMs): Promise<void>
}

export interface MirrorOptions {
  readonly follower: SessionStore
  readonly tombstones: Tombstones
  readonly onError: ((error: unknown) => void) | undefined
}

const ATTEMPTS = 16

/**
 * Never fails a request: the leader has taken the write. Older versions never replace newer ones, and a session that
 * ended meanwhile is not brought back.
 */
export function createMirror({ follower, tombstones, onError }: MirrorOptions): Mirror {
  async function write(key: StoreKey, record: SessionRecord): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const there = await follower.get(key)
      // A session that was made anew under an old key has a low version; its creation tells it from the old one.
      if (there !== undefined && there.createdAt === record.createdAt && there.version >= record.version) return
      const outcome = await follower.put(key, record, there?.version ?? 'absent')
      if (outcome === 'stored') break
    }
    if (await tombstones.isBuried(key)) await follower.destroy(key)
  }

  async function reported(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      onError?.(error)
    }
  }

  return {
    write: (key, record) => reported(write(key, record)),
    touch: (key, expiresAt) => reported(follower.touch(key, expiresAt)),
  }
}
