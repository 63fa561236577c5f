import { test } from 'tap'
import { spawnNode } from '../../src/processes/index.ts'

const chatty = new URL('./fixtures/chatty.ts', import.meta.url)

test('a TypeScript script runs with its arguments and environment', async t => {
  await using child = await spawnNode(chatty, { args: ['Ada'], env: { PLACE: 'London' } })
  const match = await child.waitForLine(/hello (\w+) from (\w+)/)
  t.strictSame([...match].slice(1), ['Ada', 'London'])
  await child.waitForLine(/line of errors/)
})

test('a line that came before is found, unless the search starts after it', async t => {
  await using child = await spawnNode(chatty)
  await child.waitForLine(/hello/)
  await child.waitForLine(/hello/)
  // Two streams: either line may be the first to come.
  await t.rejects(child.waitForLine(/hello/, { from: child.lines.length, timeoutMs: 50 }), { code: 'KEYTURN_TESTING_WAIT_FAILED', message: /50 ms/ })
})

test('messages and input reach the child and come back in order', async t => {
  await using child = await spawnNode(chatty)
  await child.waitForLine(/hello/)
  child.send('one')
  child.send('two')
  t.strictSame(await child.nextMessage(), { echo: 'one' })
  t.strictSame(await child.nextMessage(), { echo: 'two' })
  await t.rejects(child.nextMessage({ timeoutMs: 20 }), { code: 'KEYTURN_TESTING_WAIT_FAILED' })
  child.write('three\n')
  await child.waitForLine(/read three/)
})

test('kill lets the child end in order and tells how it ended', async t => {
  const child = await spawnNode(chatty)
  await child.waitForLine(/hello/)
  t.equal(child.exit, undefined)
  t.strictSame(await child.kill(), { code: 7, signal: null })
  t.ok(child.lines.includes('asked to end'))
  t.strictSame(await child.kill(), { code: 7, signal: null }, 'killing again is fine')
})

test('a child killed by SIGKILL says so', async t => {
  const child = await spawnNode(chatty)
  await child.waitForLine(/hello/)
  t.strictSame(await child.kill('SIGKILL'), { code: null, signal: 'SIGKILL' })
})

test('who waits for a message of a child that fails sees what it printed', async t => {
  const child = await spawnNode(new URL('./fixtures/fails.ts', import.meta.url))
  const failure = { code: 'KEYTURN_TESTING_WAIT_FAILED', message: /code 3[^]*this went wrong/ }
  await t.rejects(child.nextMessage(), failure)
  await t.rejects(child.nextMessage(), failure)
})

test('who waits for a line of a child that fails sees what it printed', async t => {
  const child = await spawnNode(new URL('./fixtures/fails.ts', import.meta.url))
  await t.rejects(child.waitForLine(/ready/), { code: 'KEYTURN_TESTING_WAIT_FAILED', message: /code 3[^]*this went wrong/ })
  t.strictSame(await child.waitForExit(), { code: 3, signal: null })
})
