import { StoreUnavailableError } from '../errors.ts'
import { putNewer } from '../record-order.ts'
import type { SessionRecord, SessionStore, StoredSession, StoreKey } from '../store.ts'
import { digBlindGrave, digGrave, isGrave, visible } from './chain-record.ts'
import { isWritten, putOver } from './link-calls.ts'
import type { PlaceCalls } from './place-calls.ts'
import type { PassResult } from './reconcile.ts'
import type { WarmCopies } from './warm-copies.ts'

export interface LastCallsOptions {
  readonly chain: string
  readonly last: SessionStore
  readonly warm: WarmCopies
  readonly now: () => number
}

/**
 * The emergency link: it takes new sessions in, and goes on with those that this instance served a moment ago. Of any
 * other nothing is known at all while the durable links are away, which is an outage and no absence: the user keeps the
 * cookie and is signed in again later.
 */
export function createLastCalls({ chain, last, warm, now }: LastCallsOptions): PlaceCalls {
  /** A copy is taken over with the first use: from then on the last link has the newest of it. */
  async function find(key: StoreKey): Promise<SessionRecord | undefined> {
    const there = await last.get(key)
    if (there !== undefined) return there
    const record = warm.find(key)
    if (record !== undefined) await putNewer(last, [{ key, record }])
    return record
  }

  /** @returns `undefined` for one that ended here. */
  async function known(key: StoreKey): Promise<SessionRecord | undefined> {
    const there = await find(key)
    if (there === undefined && !warm.hasEnded(key)) throw unknown()
    return visible(there)
  }

  function bury({ key, record }: StoredSession): Promise<unknown> {
    warm.ended(key)
    return last.put(key, digGrave(record), 'any')
  }

  function unknown(): StoreUnavailableError {
    return new StoreUnavailableError(chain, 'DURABLE_LINKS_AWAY')
  }

  return {
    get: known,
    async put({ key, record, expected, again }) {
      if (again && (await isWritten(last, key, record))) return 'stored'
      if (typeof expected === 'number' && (await known(key)) === undefined) return 'gone'
      const outcome = await putOver(last, key, record, expected)
      if (outcome !== 'stored') return outcome
      if (record.expiresAt <= now()) await bury({ key, record })
      // For the next outage, should nobody ask for it in between.
      else warm.wrote(key, record)
      return outcome
    },
    async touch(key, expiresAt) {
      const touched = (await known(key)) !== undefined && (await last.touch(key, expiresAt))
      if (touched) warm.prolonged(key, expiresAt)
      return touched
    },
    async destroy(key) {
      const record = await find(key)
      if (record === undefined) await last.put(key, digBlindGrave(now()), 'any')
      else if (!isGrave(record)) await bury({ key, record })
      // It ends when a durable link is back. Until then another instance may serve it: nobody is told that it is done.
      if (!warm.hasEnded(key)) throw unknown()
    },
    // Not all sessions of the owner are known: an answer would be wrong.
    listByOwner: () => Promise.reject(unknown()),
    async destroyByOwner(ownerTag, { except }) {
      const found = [...((await last.listByOwner?.(ownerTag)) ?? []), ...warm.listByOwner(ownerTag)]
      for (const session of found) if (except?.equals(session.key) !== true) await bury(session)
      throw unknown()
    },
  }
}

export interface MoveUpOptions {
  readonly last: SessionStore
  readonly to: SessionStore
  /** Called with what was moved, before it is taken out of the last link. */
  readonly onMoved: (sessions: readonly StoredSession[]) => void
}

/** Moves to a durable link what the last one took in. */
export async function moveUp({ last, to, onMoved }: MoveUpOptions): Promise<PassResult> {
  const all: StoredSession[] = []
  for await (const session of last.scan?.() ?? []) all.push(session)
  const graves = all.filter(({ record }) => isGrave(record))
  const live = all.filter(({ record }) => !isGrave(record))
  // Ends first: what ended here is not read again in between.
  const ended = await putNewer(to, graves)
  const moved = await putNewer(to, live)
  onMoved(all)
  for (const { key } of all) await last.destroy(key)
  return { moved, ended }
}
