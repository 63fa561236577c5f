import fc from 'fast-check'
import t from 'tap'
import { createSimulatedDatabase } from './simulation/database.ts'
import { createRandom, type ProcessPlan, runProcess } from './simulation/run-process.ts'

const values = fc.array(fc.constantFrom('old:', 'old:', 'old:', 'new:', 'bad:', ''), { maxLength: 60 })
const plan: fc.Arbitrary<ProcessPlan> = fc.record({
  crashAt: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
  dropsAt: fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 4 }),
  serverCrashes: fc.array(fc.record({ at: fc.integer({ min: 1, max: 150 }), forgets: fc.integer({ min: 0, max: 12 }) }), { maxLength: 3 }),
  seed: fc.integer(),
  workers: fc.integer({ min: 1, max: 4 }),
  pageSize: fc.integer({ min: 1, max: 20 }),
})
const generations = fc.array(fc.array(plan, { minLength: 1, maxLength: 3 }), { maxLength: 4 })
const steady: ProcessPlan = { crashAt: undefined, dropsAt: [], serverCrashes: [], seed: 1, workers: 2, pageSize: 7 }

/** Distinct plain texts, so that a mix-up of rows shows; an empty value stays empty. */
function fill(kinds: readonly string[]): string[] {
  return kinds.map((kind, key) => (kind === '' ? '' : `${kind}plain ${key}`))
}

function changedBy(kinds: readonly string[]): Record<string, number> {
  const count = (kind: string): number => kinds.filter((each) => each === kind).length
  return { changed: count('old:'), current: count('new:'), corrupt: count('bad:'), empty: count('') }
}

t.test('processes killed, cut off and their server crashed at any step, every item is changed once and counted once', async (t) => {
  const property = fc.asyncProperty(values, generations, async (kinds, plans) => {
    const database = createSimulatedDatabase(fill(kinds))
    for (const together of plans) {
      if (database.isFinished()) break
      await Promise.all(
        together.map(async (each) => {
          const report = await runProcess(database, each)
          if (report === undefined) return
          const undone = [...database.rows.values()].some((value) => value.startsWith('old:'))
          if (undone) throw new Error('a process reported the end while others still had pages')
        }),
      )
    }
    const finished = database.isFinished()
    // A pass that is finished already is followed by one that finds nothing to do.
    const report = await runProcess(database, steady)
    const expected = changedBy(kinds)
    for (const [key, kind] of kinds.entries()) {
      const value = kind === '' ? '' : `${kind === 'old:' ? 'new:' : kind}plain ${key}`
      if (database.rows.get(key) !== value) throw new Error(`row ${key} is ${database.rows.get(key)}`)
      if ((database.writes.get(key) ?? 0) !== (kind === 'old:' ? 1 : 0)) throw new Error(`row ${key} was written again`)
    }
    const counted = report?.outcomes
    if (counted === undefined || report?.total !== kinds.length) throw new Error(`counted ${report?.total} of ${kinds.length}`)
    if (finished && !report.nothingToDo) throw new Error('a finished job had something to do')
    // A process that came late may have begun a second pass, and died in it.
    if (database.passes() === 1 && counted.changed !== expected['changed']) throw new Error(`counted ${counted.changed} changes`)
    if (report.left.length !== expected['corrupt']) throw new Error('what was left is not listed')
  })
  await fc.assert(property, { seed: 20_260_101, numRuns: 700 })
  t.pass('700 histories')
})

t.test('what the application writes meanwhile is never lost and never written twice', async (t) => {
  const property = fc.asyncProperty(values, fc.array(plan, { minLength: 1, maxLength: 3 }), fc.integer(), async (kinds, plans, seed) => {
    const database = createSimulatedDatabase(fill(kinds))
    const expected = new Map(kinds.map((kind, key) => [key, kind === '' ? '' : `plain ${key}`]))
    const random = createRandom(seed)
    const writer = async (): Promise<void> => {
      for (let i = 0; i < kinds.length; i++) {
        const key = Math.floor(random() * kinds.length)
        if (kinds[key] === 'bad:') continue
        const removed = random() < 0.1
        const text = `written ${i}`
        if (removed) expected.delete(key)
        else expected.set(key, text)
        await database.applicationWrite(key, removed ? undefined : `${random() < 0.5 ? 'old' : 'new'}:${text}`)
        if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await Promise.all([writer(), ...plans.map((each) => runProcess(database, each))])
    // The first ends the pass; the second finds what an instance that lagged behind wrote under the old key.
    await runProcess(database, steady)
    await runProcess(database, steady)
    for (const [key, text] of expected) {
      const prefix = text === '' ? '' : kinds[key] === 'bad:' ? 'bad:' : 'new:'
      if (database.rows.get(key) !== prefix + text) throw new Error(`row ${key} is ${database.rows.get(key)}, not ${prefix}${text}`)
    }
    if (database.rows.size !== expected.size) throw new Error('a removed row is back')
  })
  await fc.assert(property, { seed: 20_260_102, numRuns: 700 })
  t.pass('700 histories')
})

t.test('what changes between reading and writing is looked at again in the same pass, and counted once', async (t) => {
  const database = createSimulatedDatabase(fill(Array.from({ length: 30 }, () => 'old:')))
  const writes: [number, string | undefined][] = [[3, 'old:changed'], [4, 'new:changed'], [5, undefined], [6, 'bad:changed']]
  const report = await runProcess(database, {
    ...steady,
    workers: 1,
    pageSize: 30,
    afterDeciding: [() => Promise.all(writes.map(([key, value]) => database.applicationWrite(key, value)))],
  })
  t.match(report, { state: 'done', total: 30, outcomes: { changed: 27, current: 1, gone: 1, corrupt: 1 } })
  t.same([3, 4, 5, 6, 7].map((key) => database.rows.get(key)), ['new:changed', 'new:changed', undefined, 'bad:changed', 'new:plain 7'])
})

t.test('the number of a claim that the server forgot stands for other rows: they are not taken for done', async (t) => {
  const database = createSimulatedDatabase(fill(Array.from({ length: 6 }, () => 'old:')))
  const claimedAnew = Promise.withResolvers<void>()
  const report = await runProcess(database, {
    ...steady,
    workers: 2,
    pageSize: 3,
    afterDeciding: [
      async () => {
        await turns()
        database.crash(2)
        await database.applicationWrite(1, undefined)
        await claimedAnew.promise
      },
      turns,
      async () => {
        claimedAnew.resolve()
        await turns()
      },
    ],
  })
  t.match(report, { state: 'done', total: 5, outcomes: { changed: 5 } })
  t.same([...database.rows.values()], [0, 2, 3, 4, 5].map((key) => `new:plain ${key}`))
})

/** Long enough for whoever else is at work. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
}
