import { StoreUnavailableError } from '../errors.ts'
import { putNewer } from '../record-order.ts'
import type { SessionRecord, SessionStore, StoredSession, StoreKey } from '../store.ts'
import { digBlindGrave, digGrave, isGrave, visible } from './chain-record.ts'
import { isWritten, putOver } from './link-calls.ts'
import type { PlaceCalls } from './place-calls.ts'
import type { PassResult } from './reconcile.ts'

export interface LastCallsOptions {
  readonly chain: string
  readonly last: SessionStore
  readonly now: () => number
}

/**
 * The emergency link: it takes new sessions in. Of a session that it does not know nothing is known at all while the
 * durable links are away, which is an outage and no absence: the user keeps the cookie and is signed in again later.
 */
export function createLastCalls({ chain, last, now }: LastCallsOptions): PlaceCalls {
  async function known(key: StoreKey): Promise<SessionRecord> {
    const there = await last.get(key)
    if (there === undefined) throw unknown()
    return there
  }

  function unknown(): StoreUnavailableError {
    return new StoreUnavailableError(chain, 'DURABLE_LINKS_AWAY')
  }

  return {
    get: async (key) => visible(await known(key)),
    async put({ key, record, expected, again }) {
      if (again && (await isWritten(last, key, record))) return 'stored'
      if (typeof expected === 'number') await known(key)
      return putOver(last, key, record, expected)
    },
    async touch(key, expiresAt) {
      const there = await known(key)
      return visible(there) === undefined ? false : last.touch(key, expiresAt)
    },
    async destroy(key) {
      const there = await last.get(key)
      if (isGrave(there)) return
      const grave = there === undefined ? digBlindGrave(now()) : digGrave(there)
      await last.put(key, grave, 'any')
    },
    // Not all sessions of the owner are known: an answer would be wrong.
    listByOwner: () => Promise.reject(unknown()),
    destroyByOwner: () => Promise.reject(unknown()),
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
  const moved = await putNewer(to, live)
  const ended = await putNewer(to, graves)
  onMoved([...live, ...graves])
  for (const { key } of all) await last.destroy(key)
  return { moved, ended }
}
