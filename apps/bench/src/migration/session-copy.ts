import { copySessions } from '@keyturn/migration'
import type { SessionStore } from '@keyturn/session-stores'
import { keyOf, recordOf } from '../stores/samples.ts'
import { timed } from '../stores/timing.ts'
import { type Comparison, rateOf } from './comparison.ts'

export interface SessionCopyBench {
  readonly from: SessionStore
  /** Empties and hands back the other store. */
  readonly emptied: () => Promise<SessionStore>
  readonly sessions: number
  readonly rounds: number
}

/** All sessions of one store into another: each read and written on its own, and `copySessions`. */
export async function compareSessionCopies({ from, emptied, sessions, rounds }: SessionCopyBench): Promise<Comparison> {
  await fill(from, sessions)
  // One by one takes its time: a part of them tells the rate.
  const part = Math.min(sessions, 20_000)
  const name = `${sessions} sessions, ${from.name} to ${(await emptied()).name}`
  const comparison = { name, unit: 'sessions/s', goal: 20, theirs: [] as number[], ours: [] as number[], bound: [] }
  for (let round = 0; round < rounds; round++) {
    const first = await emptied()
    comparison.theirs.push(rateOf(part, await timed(() => copyOneByOne(from, first, part))))
    const second = await emptied()
    const run = await timed(() => copySessions({ from, to: second }))
    if (run.result.outcomes.changed !== sessions) throw new Error(`${run.result.outcomes.changed} of ${sessions} sessions were copied`)
    comparison.ours.push(rateOf(sessions, run))
  }
  return comparison
}

async function copyOneByOne(from: SessionStore, to: SessionStore, sessions: number): Promise<void> {
  for (let index = 0; index < sessions; index++) {
    const key = keyOf(index)
    const record = await from.get(key)
    if (record !== undefined) await to.put(key, record, 'absent')
  }
}

const STEP = 2000

async function fill(store: SessionStore, sessions: number): Promise<void> {
  for (let from = 0; from < sessions; from += STEP) {
    const indexes = Array.from({ length: Math.min(STEP, sessions - from) }, (_, i) => from + i)
    const records = indexes.map((index) => ({ key: keyOf(index), record: recordOf(index) }))
    await (store.putNewer?.(records) ?? Promise.all(records.map(({ key, record }) => store.put(key, record, 'any'))))
  }
}
