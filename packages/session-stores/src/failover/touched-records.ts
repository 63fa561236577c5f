import { StoreUnavailableError } from '../errors.ts'
import type { SessionRecord, SessionStore, StoreKey } from '../store.ts'
import { visible } from './chain-record.ts'

export interface TouchedRecordsOptions {
  readonly first: SessionStore
  readonly second: SessionStore
  /** Whether the first link can be read now. */
  readonly firstReadable: () => boolean
}

/** Reads the sessions of which the mirror knows no more than that they were prolonged. */
export interface TouchedRecords {
  read(key: StoreKey): Promise<SessionRecord | undefined>
  /** Nobody waits for the first link any more: what is being read from it is read from the second. */
  leaveFirst(): void
}

export function createTouchedRecords({ first, second, firstReadable }: TouchedRecordsOptions): TouchedRecords {
  const waiting = new Set<() => void>()

  function readFirst(key: StoreKey): Promise<SessionRecord | undefined> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(new StoreUnavailableError(first.name, 'LEFT'))
      waiting.add(giveUp)
      first.get(key).then(resolve, reject).finally(() => waiting.delete(giveUp))
    })
  }

  return {
    async read(key) {
      const there = firstReadable() ? readFirst(key).catch(() => second.get(key)) : second.get(key)
      return visible(await there)
    },
    leaveFirst() {
      for (const giveUp of waiting) giveUp()
      waiting.clear()
    },
  }
}
