import t from 'tap'
import { findFreePort } from '../../src/ports/free-port.ts'
import { spawnNode } from '../../src/processes/index.ts'

/** So many of 17 000 that two processes would draw some twenty alike. */
const DRAWN = 600

t.test('a port is given to one process alone, and never twice', async t => {
  await using other = await spawnNode(new URL('fixtures/draws-ports.ts', import.meta.url), { args: [String(DRAWN)] })
  const own: number[] = []
  while (own.length < DRAWN) own.push(await findFreePort())
  const [, list = ''] = await other.waitForLine(/^ports (.*)$/)
  const all = [...own, ...list.split(' ').map(Number)]
  t.equal(all.length, 2 * DRAWN)
  t.equal(new Set(all).size, 2 * DRAWN)
})
