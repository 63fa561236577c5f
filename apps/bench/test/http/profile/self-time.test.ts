import { test } from 'tap'
import { selfTimeByPackage, selfTimes } from '../../../src/http/profile/self-time.ts'

const frame = (functionName: string, url = '') => ({ functionName, url, scriptId: '0', lineNumber: 9, columnNumber: 0 })

test('self time is shared out by function and by package, waiting left out', async (t) => {
  const times = selfTimes({
    startTime: 0,
    endTime: 0,
    nodes: [
      { id: 1, callFrame: frame('(root)') },
      { id: 2, callFrame: frame('(idle)') },
      { id: 3, callFrame: frame('load', 'file:///x/packages/session-stores/src/sealed/sealed-sessions.ts') },
      { id: 4, callFrame: frame('Session', 'file:///x/node_modules/.pnpm/s@1/node_modules/@fastify/session/lib/session.js') },
      { id: 5, callFrame: frame('', 'node:net') },
    ],
    samples: [2, 3, 4, 3, 5],
    timeDeltas: [1000, 30, 20, 30, 20],
  })
  t.same(times, [
    { name: 'load', place: '@keyturn/session-stores/src/sealed/sealed-sessions.ts:10', share: 0.6 },
    { name: 'Session', place: '@fastify/session/lib/session.js:10', share: 0.2 },
    { name: '(anonymous)', place: 'node:net:10', share: 0.2 },
  ])
  t.same(selfTimeByPackage(times), [
    { name: '@keyturn/session-stores', share: 0.6 },
    { name: '@fastify/session', share: 0.2 },
    { name: 'node', share: 0.2 },
  ])
})
