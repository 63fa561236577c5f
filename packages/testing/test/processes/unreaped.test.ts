import { kill } from 'node:process'
import { test } from 'tap'
import { startUnreaped } from '../../src/processes/index.ts'
import { isAlive } from '../../src/processes/process-tree.ts'

test('a process that has ended keeps its number', async t => {
  await using ended = await startUnreaped()
  t.ok(kill(ended.pid, 0), 'the system knows the number')
  t.notOk(isAlive(ended.pid))
})
