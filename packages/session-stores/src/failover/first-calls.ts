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

  /** @returns What each link lists of an owner. */
  async function findOwned(ownerTag: Buffer, { except }: EndOptions): Promise<Record<'listed' | 'mirrored', StoredSession[]>> {
    const listed = await first.listByOwner?.(ownerTag)
    const mirrored =
      followed?.secondAnswers() === true ? await followed.second.listByOwner?.(ownerTag).catch(() => []) : []
    const others = (found: StoredSession[] = []) => (except === undefined ? found : found.filter(({ key }) => !key.equals(except)))
    return { listed: others(listed), mirrored: others(mirrored) }
  }

  /** Ends what the first link has and does not list: it may have lost the index of the owner alone. @returns How many. */
  async function endUnlisted(listed: readonly StoredSession[], mirrored: readonly StoredSession[]): Promise<number> {
    const names = new Set(listed.map(({ key }) => key.toString('latin1')))
    const unlisted = mirrored.filter(({ key }) => !names.has(key.toString('latin1')))
    const there = await Promise.all(unlisted.map(({ key }) => first.get(key)))
    await Promise.all(unlisted.map(({ key }) => first.destroy(key)))
    return there.filter((record) => visible(record) !== undefined).length
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
      const { listed, mirrored } = await findOwned(ownerTag, options)
      const rest = await bury([...listed, ...mirrored])
      const ended = (await first.destroyByOwner?.(ownerTag, options)) ?? 0
      followed.sweepLater(ownerTag, options.except)
      // Graves in the first link stand in the place of those that were listed: they are not the owner's any more.
      return ended + (rest === 'second' ? await endUnlisted(listed, mirrored) : listed.length)
    },
  }
}
