import { spawnNode } from '@keyturn/testing/processes'
import t from 'tap'
import { findGrowth, type Sample } from './samples.ts'

const MIB = 1024 * 1024

t.test('a short soak answers every request well, through rotations and restarts of the store', async (t) => {
  const soak = await spawnNode(new URL('./main.ts', import.meta.url), { args: ['--minutes', '0.1', '--rate', '50'] })
  t.teardown(() => soak.kill())
  await soak.waitForExit({ timeoutMs: 150_000 })
  const output = soak.lines.join('\n')
  t.match(output, /"sign-in":\d+/)
  t.match(output, /"read":\d+/)
  t.notMatch(output, 'WRONG')
})

t.test('what grows is told apart from what settles', async (t) => {
  const sample = (heapMib: number, sockets: number, listeners: number): Sample => ({
    seconds: 0,
    requests: 0,
    rss: 0,
    keys: 1,
    heapUsed: heapMib * MIB,
    resources: { TCPSocketWrap: sockets },
    listeners,
  })
  const settled = [sample(20, 5, 9), sample(24, 11, 9), sample(23, 10, 9), sample(24, 11, 9), sample(25, 11, 9), sample(24, 10, 9)]
  t.strictSame(findGrowth(settled), [])
  const grown = [...settled, sample(40, 20, 12), sample(41, 30, 13), sample(42, 40, 14)]
  t.match(findGrowth(grown), [/^heap by 16/, /^handles from 11 to 20/, /^listeners from 9 to 12/])
})
