import type { Clock } from '@keyturn/token-crypto'
import { putNewer } from '../record-order.ts'
import type { SessionStore, StoreKey } from '../store.ts'
import { digGrave } from './chain-record.ts'

export interface SweeperOptions {
  readonly first: SessionStore
  readonly second: SessionStore
  readonly clock: Clock
  /** When every write that had begun has arrived in the second link. */
  readonly afterMs: number
  /** Whether the first link still serves. */
  readonly firstServes: () => boolean
}

export interface Sweeper {
  later(ownerTag: Buffer, except: StoreKey | undefined): void
  close(): void
}

/**
 * A sign-in that runs beside the end of all sessions may be ended in the first link before it arrives in the second.
 * What the second then holds of the owner, and the first does not, gets its grave here.
 */
export function createSweeper({ first, second, clock, afterMs, firstServes }: SweeperOptions): Sweeper {
  const timers = new Set<() => void>()

  async function sweep(ownerTag: Buffer, except: StoreKey | undefined): Promise<void> {
    const found = (await second.listByOwner?.(ownerTag)) ?? []
    for (const { key, record } of found) {
      if (except?.equals(key) === true || !firstServes()) continue
      if ((await first.get(key)) === undefined) await putNewer(second, [{ key, record: digGrave(record) }])
    }
  }

  return {
    later(ownerTag, except) {
      const cancel = clock.setTimer(() => {
        timers.delete(cancel)
        if (firstServes()) void sweep(ownerTag, except).catch(() => undefined)
      }, afterMs)
      timers.add(cancel)
    },
    close() {
      for (const cancel of timers) cancel()
      timers.clear()
    },
  }
}
