import { putNewer } from '../record-order.ts'
import type { SessionStore, StoredSession } from '../store.ts'
import { digBlindGrave, digGrave, isGrave, visible } from './chain-record.ts'
import { isWritten, putOver } from './link-calls.ts'
import type { PlaceCalls } from './place-calls.ts'

export interface SecondCallsOptions {
  readonly second: SessionStore
  /** The first link while it is brought up: every write reaches it too. */
  readonly both: SessionStore | undefined
  readonly now: () => number
  /** Ends what the lost link alone has of an owner, when it is back. */
  readonly revoke: (ownerTag: Buffer, except: Buffer | undefined) => Promise<void>
}

const MOST_PASSES = 10

/** The second link serves while the first is away. Ended sessions leave graves, for what the first link still has of them. */
export function createSecondCalls({ second, both, now, revoke }: SecondCallsOptions): PlaceCalls {
  async function follow(sessions: readonly StoredSession[]): Promise<void> {
    if (both !== undefined) await putNewer(both, sessions)
  }

  async function bury(graves: readonly StoredSession[]): Promise<number> {
    const ended = await putNewer(second, graves)
    await follow(graves)
    return ended
  }

  return {
    async get(key) {
      return visible(await second.get(key))
    },
    async put({ key, record, expected, again }) {
      const outcome = again && (await isWritten(second, key, record)) ? 'stored' : await putOver(second, key, record, expected)
      if (outcome !== 'stored') return outcome
      if (record.expiresAt <= now()) await bury([{ key, record: digGrave(record) }])
      else await follow([{ key, record }])
      return outcome
    },
    async touch(key, expiresAt) {
      if (!(await second.touch(key, expiresAt))) return false
      const there = await second.get(key)
      if (there !== undefined && isGrave(there)) {
        // The touch may have shortened it.
        await bury([{ key, record: digGrave({ createdAt: there.createdAt, expiresAt: Math.max(expiresAt, there.expiresAt) }) }])
        return false
      }
      if (there !== undefined) await follow([{ key, record: there }])
      return true
    },
    async destroy(key) {
      const there = await second.get(key)
      const grave = there === undefined ? digBlindGrave(now()) : digGrave(there)
      // One that was dug before the first link was to be followed may not be there yet.
      await bury([{ key, record: isGrave(there) && there !== undefined ? there : grave }])
    },
    listByOwner: (ownerTag) => listIn(second, ownerTag),
    async destroyByOwner(ownerTag, { except }) {
      await revoke(ownerTag, except)
      let ended = 0
      for (let pass = 1; pass <= MOST_PASSES; pass++) {
        const found = [...(await listIn(second, ownerTag)), ...(await listIn(both, ownerTag))]
        const others = except === undefined ? found : found.filter(({ key }) => !key.equals(except))
        if (others.length === 0) break
        ended += await bury(others.map(({ key, record }) => ({ key, record: digGrave(record) })))
      }
      return ended
    },
  }
}

async function listIn(store: SessionStore | undefined, ownerTag: Buffer): Promise<StoredSession[]> {
  return (await store?.listByOwner?.(ownerTag)) ?? []
}
