import { randomInt } from 'node:crypto'
import type { SessionStore } from '@keyturn/session-stores'
import { keyOf, ownerOf, recordOf } from './samples.ts'
import { type Latencies, timeFor } from './timing.ts'

const RUN_MS = 5000
const CLIENTS = 16

/**
 * What requests do, each for some seconds.
 *
 * @param from - Sessions from this one on are alive.
 * @param sessions - How many there are.
 */
export async function timeCommonCalls(
  store: SessionStore,
  from: number,
  sessions: number,
): Promise<Record<string, Latencies>> {
  const any = (): number => randomInt(from, sessions)
  const calls: Record<string, () => Promise<unknown>> = {
    'read': () => store.get(keyOf(any())),
    'read and write by version': async () => {
      const key = keyOf(any())
      const found = await store.get(key)
      if (found !== undefined) await store.put(key, { ...found, version: found.version + 1 }, found.version)
    },
    'create with owner': () => {
      const fresh = sessions + randomInt(2 ** 40)
      return store.put(keyOf(fresh), recordOf(fresh), 'absent')
    },
    'touch': touchEachMinute(store, from, sessions),
    'list by owner': async () => store.listByOwner?.(ownerOf(any())),
  }
  const latencies: Record<string, Latencies> = {}
  for (const [name, call] of Object.entries(calls)) {
    await timeFor(500, CLIENTS, call)
    latencies[`${name}, one at a time`] = await timeFor(RUN_MS / 2, 1, call)
    latencies[`${name}, ${CLIENTS} at a time`] = await timeFor(RUN_MS, CLIENTS, call)
  }
  return latencies
}

const TOUCHED = 2000
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Sessions in use: at each touch a minute has passed since the last. */
function touchEachMinute(store: SessionStore, from: number, sessions: number): () => Promise<unknown> {
  const startedAt = Date.now()
  const touches = new Map<number, number>()
  return () => {
    const index = randomInt(from, Math.min(from + TOUCHED, sessions))
    const minutes = (touches.get(index) ?? 0) + 1
    touches.set(index, minutes)
    return store.touch(keyOf(index), startedAt + DAY_MS + minutes * MINUTE_MS)
  }
}
