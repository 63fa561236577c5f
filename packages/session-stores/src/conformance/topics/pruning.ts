import assert from 'node:assert/strict'
import type { SessionStore } from '../../store.ts'
import type { CheckTools, Topic } from '../harness.ts'
import { putSample, repeat, SOON_MS } from '../samples.ts'

type PruneStore = SessionStore & Required<Pick<SessionStore, 'prune'>>

export const pruning: Topic = (check) => {
  const checkPrune = (behaviour: string, body: (store: PruneStore, tools: CheckTools) => Promise<void>): void => {
    check(behaviour, async (tools) => {
      if (tools.store.supports.prune) await body(tools.store as PruneStore, tools)
    })
  }

  checkPrune('expired records go, live ones stay, and each is counted once', async (store, { clock }) => {
    const live = await Promise.all(repeat(3, () => putSample(store, clock)))
    await Promise.all(repeat(11, () => putSample(store, clock, { expiresAt: clock.now() + SOON_MS })))
    assert.equal(await store.prune(), 0)
    await clock.advance(SOON_MS + 150)
    assert.equal(await store.prune({ batchSize: 4 }), 11)
    assert.equal(await store.prune(), 0)
    for (const { key } of live) assert.ok(await store.get(key))
  })

  checkPrune('a record that was touched in time stays', async (store, { clock }) => {
    const { key } = await putSample(store, clock, { expiresAt: clock.now() + SOON_MS })
    await store.touch(key, clock.now() + 60_000)
    await clock.advance(SOON_MS + 150)
    assert.equal(await store.prune(), 0)
    assert.ok(await store.get(key))
  })

  checkPrune('an aborted run stops, and tells what it did', async (store, { clock }) => {
    await Promise.all(repeat(5, () => putSample(store, clock, { expiresAt: clock.now() + SOON_MS })))
    await clock.advance(SOON_MS + 150)
    assert.equal(await store.prune({ signal: AbortSignal.abort() }), 0)
    assert.equal(await store.prune({ batchSize: 1 }), 5)
  })
}
