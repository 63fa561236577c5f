import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { runWrk } from '../../src/wrk/index.ts'

const script = fileURLToPath(new URL('fixtures/count.lua', import.meta.url))

test('a script makes the requests, and what it prints comes back', async t => {
  const names = new Set<unknown>()
  let answered = 0
  const server = createServer((request, response) => {
    names.add(request.headers['x-name'])
    answered++
    response.end('ok')
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const printed = await runWrk({ url: `http://127.0.0.1:${port}/`, script, args: ['ada'], connections: 2, seconds: 1 })
  const count = Number(/answered (\d+)$/.exec(printed)?.[1])
  t.ok(count > 0 && count <= answered)
  t.strictSame([...names], ['ada'])
})

test('a run that cannot be, says so', async t => {
  const url = 'http://127.0.0.1:1/'
  await t.rejects(runWrk({ url, script, connections: 1, seconds: 1 }), { code: 'KEYTURN_TESTING_WRK_FAILED', message: /code 1[^]*127\.0\.0\.1/ })
  await t.rejects(runWrk({ url: 'http://192.0.2.1/', script, connections: 1, seconds: 1 }), { message: /this machine/ })
})
