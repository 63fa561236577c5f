import t from 'tap'
import { resolveBulkOptions } from '../../src/bulk/bulk-options.ts'
import { runBulk } from '../../src/bulk/engine.ts'
import { joinJob } from '../../src/bulk/journaled-task.ts'
import { countFitting, createPageFit, MOST_PAGE_BYTES } from '../../src/bulk/page-bytes.ts'
import { createReadingTask } from '../../src/bulk/reading-task.ts'
import { createSessionTask } from '../../src/bulk/session-task.ts'
import { createSimulatedDatabase, type Row, type RowChange, type SimulatedProcess } from './simulation/database.ts'

const THIRD = Math.floor(MOST_PAGE_BYTES / 3)
const options = resolveBulkOptions('test', { workers: 2, pageSize: 20 })
const ROWS = Array.from({ length: 31 }, (_, key) => `old:${key}`)
const changeAll = (rows: readonly Row[]) =>
  rows.map(({ key, value }) => ({ outcome: 'changed' as const, change: { key, from: value, to: value.replace('old', 'new') } }))

t.test('a page of large values holds as many as fit, and none is left out', async (t) => {
  const database = createSimulatedDatabase(ROWS)
  const process: SimulatedProcess = { alive: true, step: async () => undefined }
  const task = await joinJob<number, Row, RowChange>({
    name: 'job',
    fingerprint: 'old to new',
    total: undefined,
    place: { ...database.connect(process), bytesOf: () => THIRD },
    decide: changeAll,
    maxListed: 10,
    retry: { options, signal: new AbortController().signal },
  })
  const sizes: number[] = []
  const report = await runBulk({ ...task, commit: (page, decisions) => (sizes.push(page.items.length), task.commit(page, decisions)) }, options)
  t.match(report, { state: 'done', total: 31, outcomes: { changed: 31 } })
  t.ok(sizes.every((size) => size <= 3), `pages of ${sizes.join()}`)
  t.same([...database.rows.values()], ROWS.map((row) => row.replace('old', 'new')))
})

t.test('a dry run and a scan of sessions hold no more of them', async (t) => {
  const asked: number[] = []
  const reading = createReadingTask<number, number, never>({
    name: 'dry',
    total: undefined,
    read: async (after = -1, limit) => (asked.push(limit), Array.from({ length: Math.min(limit, 400 - after - 1) }, (_, i) => after + 1 + i)),
    keyOf: (item) => item,
    bytesOf: () => THIRD,
    showKey: (key) => [String(key)],
    decide: (items) => items.map(() => ({ outcome: 'current' as const })),
    isTransient: () => false,
    maxListed: 10,
  })
  t.match(await runBulk(reading, resolveBulkOptions('test', { workers: 1 })), { total: 400, outcomes: { current: 400 } })
  t.same(asked.slice(0, 3), [100, 3, 3], 'the first page finds out')

  const sizes: number[] = []
  const scanning = await createSessionTask<{ readonly bytes: number; readonly position?: string }>({
    name: 'scan',
    dryRun: false,
    total: undefined,
    async *scan() {
      for (let count = 0; count < 20; count++) yield { bytes: THIRD }
    },
    bytesOf: ({ bytes }) => bytes,
    handle: async (page) => (sizes.push(page.length), page.map(() => ({ outcome: 'changed' as const }))),
    showKey: () => '',
    isTransient: () => false,
    maxListed: 10,
    checkpoint: undefined,
  })
  t.match(await runBulk(scanning, options), { total: 20 })
  t.ok(sizes.every((size) => size <= 4), `pages of ${sizes.join()}`)
})

t.test('pages grow as long as their items are small, and one item alone always fits', async (t) => {
  const fit = createPageFit()
  const limits = [1, 2, 3, 4].map(() => {
    const limit = fit.limit(2000)
    fit.record(Array.from({ length: limit }, () => 400))
    return limit
  })
  t.same(limits, [100, 400, 1600, 2000])
  fit.record([2 * MOST_PAGE_BYTES])
  t.equal(fit.limit(2000), 1)
  fit.record([])
  t.equal(fit.limit(2000), 1, 'nothing tells nothing')
  t.same([[], [1], [MOST_PAGE_BYTES + 1, 1], [THIRD, THIRD, THIRD, THIRD], [0, 0]].map(countFitting), [0, 1, 1, 3, 2])
})
