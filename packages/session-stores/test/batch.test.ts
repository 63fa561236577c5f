import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createBatch } from '../src/batch.ts'

/** Runs that end when the test says so. */
function createRuns() {
  const runs: { tasks: readonly number[]; end: (results: readonly (number | Promise<number>)[]) => void; fail: (error: Error) => void }[] = []
  const run = (tasks: readonly number[]): Promise<readonly (number | Promise<number>)[]> =>
    new Promise((end, fail) => {
      runs.push({ tasks, end, fail })
    })
  return { runs, run }
}

t.test('those of one turn share a run at its end, and each gets its own result', async (t) => {
  const { runs, run } = createRuns()
  const batch = createBatch({ run })
  const asked = [batch.add(1), Promise.resolve().then(() => batch.add(2)), batch.add(3)]
  process.nextTick(() => asked.push(batch.add(4)))
  await Promise.resolve()
  t.equal(runs.length, 0)
  await nextTurn()
  t.strictSame(runs.map(({ tasks }) => tasks), [[1, 3, 2, 4]])
  runs[0]?.end([10, 30, 20, 40])
  t.strictSame(await Promise.all(asked), [10, 20, 30, 40])
})

t.test('those who ask while a run is under way share the next, which begins when it ends', async (t) => {
  const { runs, run } = createRuns()
  const batch = createBatch({ run })
  const first = batch.add(1)
  await nextTurn()
  const later: Promise<number>[] = []
  for (const task of [2, 3]) {
    later.push(batch.add(task))
    await nextTurn()
  }
  t.equal(runs.length, 1)
  runs[0]?.end([10])
  t.equal(await first, 10)
  t.strictSame(runs[1]?.tasks, [2, 3])
  runs[1]?.end([20, 30])
  t.strictSame(await Promise.all(later), [20, 30])
})

t.test('a run that is held up holds nobody up for long', async (t) => {
  const { runs, run } = createRuns()
  const batch = createBatch({ run })
  const held = batch.add(1)
  await nextTurn()
  const next = batch.add(2)
  while (runs.length < 2) await sleep(1)
  runs[1]?.end([20])
  t.equal(await next, 20)
  runs[0]?.end([10])
  t.equal(await held, 10)
  const alone = batch.add(3)
  await nextTurn()
  t.strictSame(runs[2]?.tasks, [3], 'and it counts no longer')
  runs[2]?.end([30])
  await alone
})

t.test('a run has 64 tasks at most, and 16 KiB where it is told of bytes', async (t) => {
  const { runs, run } = createRuns()
  const batch = createBatch({ run, bytesOf: (task) => (task < 1000 ? 1 : task) })
  for (let task = 0; task < 130; task++) void batch.add(task)
  await nextTurn()
  t.strictSame(runs.map(({ tasks }) => tasks.length), [64, 64])
  for (const { tasks, end } of runs) end(tasks)
  await nextTurn()
  t.strictSame(runs[2]?.tasks, [128, 129])
  runs[2]?.end([])
  await nextTurn()
  for (const task of [9000, 9000, 20_000, 1]) void batch.add(task)
  await nextTurn()
  t.strictSame(runs.slice(3).map(({ tasks }) => tasks), [[9000], [9000], [20_000]])
  for (const { end } of runs.slice(3)) end([])
  await nextTurn()
  t.strictSame(runs[6]?.tasks, [1])
})

t.test('what a run fails with all of its tasks do, and the next is not concerned', async (t) => {
  const { runs, run } = createRuns()
  const batch = createBatch({ run })
  const asked = [batch.add(1), batch.add(2)]
  await nextTurn()
  const next = batch.add(3)
  await nextTurn()
  runs[0]?.fail(new Error('away'))
  for (const promise of asked) await t.rejects(promise, { message: 'away' })
  runs[1]?.end([30])
  t.equal(await next, 30)
})

t.test('a result that takes longer concerns its own task alone', async (t) => {
  const { runs, run } = createRuns()
  const batch = createBatch({ run })
  const [quick, slow, failed] = [batch.add(1), batch.add(2), batch.add(3)]
  await nextTurn()
  const late = Promise.withResolvers<number>()
  runs[0]?.end([10, late.promise, Promise.reject(new Error('refused'))])
  t.equal(await quick, 10)
  await t.rejects(failed, { message: 'refused' })
  late.resolve(20)
  t.equal(await slow, 20)
})

t.test('flush begins at once, once', async (t) => {
  const { runs, run } = createRuns()
  const batch = createBatch({ run })
  batch.flush()
  const first = batch.add(1)
  batch.flush()
  t.strictSame(runs.map(({ tasks }) => tasks), [[1]])
  batch.flush()
  const second = batch.add(2)
  await nextTurn()
  batch.flush()
  t.strictSame(runs.map(({ tasks }) => tasks), [[1], [2]], 'also what waits for a run under way')
  await sleep(10)
  t.equal(runs.length, 2)
  runs[0]?.end([10])
  runs[1]?.end([20])
  t.strictSame([await first, await second], [10, 20])
})
