import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { SessionStore } from '../../store.ts'
import type { CheckTools, Topic } from '../harness.ts'
import { collect, keysOf, putSample, repeat } from '../samples.ts'

type ScanStore = SessionStore & Required<Pick<SessionStore, 'scan'>>

export const scanning: Topic = (check) => {
  const checkScan = (behaviour: string, body: (store: ScanStore, tools: CheckTools) => Promise<void>): void => {
    check(behaviour, async (tools) => {
      if (tools.store.supports.scan) await body(tools.store as ScanStore, tools)
    })
  }

  checkScan('an empty store has nothing to scan', async (store) => {
    assert.equal((await collect(store.scan())).length, 0)
  })

  checkScan('each live record comes once, whole', async (store, { clock }) => {
    const live = await Promise.all(repeat(25, () => putSample(store, clock, { ownerTag: randomBytes(32) })))
    const ended = await putSample(store, clock)
    await putSample(store, clock, { expiresAt: clock.now() + 100 })
    await store.destroy(ended.key)
    await clock.advance(200)
    for (const batchSize of [1, 7, 1000]) {
      const scanned = await collect(store.scan({ batchSize }))
      assert.deepEqual(keysOf(scanned), keysOf(live))
      const found = scanned.find(({ key }) => key.equals(live[0]?.key ?? assert.fail()))
      assert.deepEqual({ ...found?.record }, live[0]?.record)
    }
  })

  checkScan('what was there all the while is found while others come and go', async (store, { clock }) => {
    const kept = await Promise.all(repeat(20, () => putSample(store, clock)))
    const going = await Promise.all(repeat(20, () => putSample(store, clock)))
    const seen = new Set<string>()
    for await (const { key } of store.scan({ batchSize: 4 })) {
      seen.add(key.toString('hex'))
      const gone = going.pop()
      if (gone === undefined) continue
      await store.destroy(gone.key)
      await putSample(store, clock)
    }
    for (const key of keysOf(kept)) assert.ok(seen.has(key))
  })

  checkScan('it ends when its signal is aborted, and says so', async (store, { clock }) => {
    await Promise.all(repeat(10, () => putSample(store, clock)))
    const stop = new AbortController()
    let seen = 0
    const scan = async (): Promise<void> => {
      for await (const _ of store.scan({ batchSize: 2, signal: stop.signal })) if (++seen === 2) stop.abort()
    }
    await assert.rejects(scan(), { name: 'AbortError' })
    assert.ok(seen < 10)
  })

  checkScan('a scan that was left is taken up behind any position it gave, and misses nothing', async (store, { clock }) => {
    const live = await Promise.all(repeat(40, () => putSample(store, clock)))
    const seen = new Set<string>()
    let after: string | undefined
    for await (const { key, position } of store.scan({ batchSize: 3 })) {
      seen.add(key.toString('hex'))
      after = position
      if (after !== undefined && seen.size >= 10) break
    }
    // A store of which no scan can be taken up has given all by now.
    if (after !== undefined) for (const key of keysOf(await collect(store.scan({ batchSize: 3, after })))) seen.add(key)
    assert.deepEqual([...seen].sort(), keysOf(live))
  })

  checkScan('it may be left early', async (store, { clock }) => {
    await Promise.all(repeat(6, () => putSample(store, clock)))
    for await (const { key } of store.scan({ batchSize: 2 })) {
      assert.equal(key.length, 32)
      break
    }
    assert.equal((await collect(store.scan())).length, 6)
  })
}
