import { putNewer } from '../record-order.ts'
import type { SessionRecord, SessionStore, StoredSession, StoreKey } from '../store.ts'
import { digGrave, visible } from './chain-record.ts'
import { isWritten, putOver } from './link-calls.ts'
import type { Mirror } from './mirror.ts'
import type { EndOptions, PlaceCalls } from './place-calls.ts'

export interface FirstCallsOptions {
  readonly first: SessionStore
  /** The second link and what goes to it; absent in a chain of a durable link and one of memory. */
  readonly followed: Followed | undefined
  readonly now: () => number
}

export interface Followed {
  readonly second: SessionStore
  readonly mirror: Mirror
  readonly secondAnswers: () => boolean
  /** The second link failed; resolves when it is known whether it is lost. */
  readonly onFailure: (error: unknown) => Promise<unknown>
  /** Looks at the sessions of an owner once more, when every batch on its way has arrived. */
  readonly sweepLater: (ownerTag: Buffer, except: StoreKey | undefined) => void
}

/**
 * The first link serves by its own compare-and-set. Writes follow to the second in batches. An end does not wait for a
 * batch: it is acknowledged when its grave rests in the second link, or, while that is away, in the first.
 */
export function createFirstCalls({ first, followed, now }: FirstCallsOptions): PlaceCalls {
  /** @returns Where the graves rest. */
  async function bury(ended: readonly StoredSession[]): Promise<'first' | 'second'> {
    if (followed === undefined || ended.length === 0) return 'second'
    const graves = ended.map(({ key, record }) => ({ key, record: digGrave(record) }))
    const { mirror, second, secondAnswers, onFailure } = followed
    for (const { key } of graves) mirror.forget(key)
    if (secondAnswers()) {
      try {
        await putNewer(second, graves)
        return 'second'
      } catch (error) {
        await onFailure(error)
      }
    }
    await Promise.all(graves.map(({ key, record }) => first.put(key, record, 'any')))
    for (const grave of graves) mirror.note(grave)
    return 'first'
  }

  /** What either link knows of it. */
  async function find(key: StoreKey): Promise<SessionRecord | undefined> {
    const there = visible(await first.get(key))
    if (there !== undefined || followed?.secondAnswers() !== true) return there
    return visible(await followed.second.get(key).catch(() => undefined))
  }

  async function findOwned(ownerTag: Buffer, { except }: EndOptions): Promise<StoredSession[]> {
    const known = await first.listByOwner?.(ownerTag)
    const mirrored =
      followed?.secondAnswers() === true ? await followed.second.listByOwner?.(ownerTag).catch(() => []) : []
    const found = [...(known ?? []), ...(mirrored ?? [])]
    return except === undefined ? found : found.filter(({ key }) => !key.equals(except))
  }

  return {
    async get(key) {
      return visible(await first.get(key))
    },
    async put({ key, record, expected, again }) {
      await followed?.mirror.room()
      const outcome = again && (await isWritten(first, key, record)) ? 'stored' : await putOver(first, key, record, expected)
      if (outcome !== 'stored') return outcome
      if (record.expiresAt <= now()) await bury([{ key, record }])
      else followed?.mirror.note({ key, record })
      return outcome
    },
    async touch(key, expiresAt) {
      const touched = await first.touch(key, expiresAt)
      if (touched) followed?.mirror.noteTouch(key, expiresAt)
      return touched
    },
    async destroy(key) {
      const there = followed === undefined ? undefined : await find(key)
      const rest = there === undefined ? 'second' : await bury([{ key, record: there }])
      if (rest === 'second') await first.destroy(key)
    },
    async listByOwner(ownerTag) {
      return (await first.listByOwner?.(ownerTag)) ?? []
    },
    async destroyByOwner(ownerTag, options) {
      if (followed === undefined) return (await first.destroyByOwner?.(ownerTag, options)) ?? 0
      const known = (await first.listByOwner?.(ownerTag)) ?? []
      const rest = await bury(await findOwned(ownerTag, options))
      const ended = (await first.destroyByOwner?.(ownerTag, options)) ?? 0
      followed.sweepLater(ownerTag, options.except)
      if (rest === 'second') return ended
      // Graves stand in the place of those that were known: they are not the owner's any more.
      return ended + known.filter(({ key }) => options.except === undefined || !key.equals(options.except)).length
    },
  }
}
