import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { withTimeLimit } from '../src/time-limit.ts'

const tooLate = (): Error => new Error('too late')

t.test('work that takes longer is given up, and settles for nobody', async (t) => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let settled = 0
  await t.rejects(withTimeLimit(promise, 5, tooLate, undefined, () => settled++), /too late/)
  t.equal(settled, 0)
  resolve('late')
  await promise
  t.equal(settled, 1)
  reject(new Error('ignored'))
})

t.test('work in time passes through, an error as what it is turned into', async (t) => {
  t.equal(await withTimeLimit(Promise.resolve('in time'), 1000, tooLate), 'in time')
  await t.rejects(withTimeLimit(Promise.reject(new Error('driver')), 1000, tooLate, () => new Error('ours')), /ours/)
})

t.test('an answer that came while this process stood still counts', async (t) => {
  const echo = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] })
  t.teardown(() => echo.kill())
  await once(echo, 'spawn')
  const answered = once(echo.stdout, 'data')
  echo.stdin.write('ping')
  const work = withTimeLimit(answered, 50, tooLate)
  // From here on timers come before sockets are read.
  setImmediate(() => {
    const until = performance.now() + 1000
    while (performance.now() < until);
  })
  t.equal(String((await work)[0]), 'ping')
})
