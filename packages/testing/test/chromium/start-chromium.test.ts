import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import { startChromium } from '../../src/chromium/index.ts'
import { spawnNode } from '../../src/processes/index.ts'

test('a browser opens a page, runs its script and keeps its cookies by context', { timeout: 180_000 }, async t => {
  const server = createServer((request, response) => {
    response.setHeader('set-cookie', 'seen=yes; HttpOnly; SameSite=Strict')
    response.setHeader('content-type', 'text/html')
    response.end(`<p id=cookie>${request.headers.cookie ?? 'none'}</p><p id=script></p><script>script.textContent = 1 + 1</script>`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  await using browser = await startChromium()
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  t.equal(await page.textContent('#cookie'), 'none')
  t.equal(await page.textContent('#script'), '2')
  await page.reload()
  t.equal(await page.textContent('#cookie'), 'seen=yes')
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(url)
  t.equal(await stranger.textContent('#cookie'), 'none')
})

test('playwright is loaded with the browser only, and nothing that fetches programs with PostgreSQL', async t => {
  for (const topic of ['chromium', 'clock', 'mariadb', 'postgres', 'processes', 'proxy', 'python', 'redis', 'secrets-manager']) {
    await using child = await spawnNode(new URL('./fixtures/loads.ts', import.meta.url), { args: [topic] })
    const loaded = await child.nextMessage() as string[]
    t.ok(loaded.some(url => url.includes(`/src/${topic}/`)), `${topic} is loaded`)
    t.strictSame(loaded.filter(url => url.includes('playwright')), [], topic)
    if (topic === 'postgres') t.strictSame(loaded.filter(url => url.includes('/src/binaries/')), [])
  }
})

test('a start that cannot become ready in time says so and leaves nothing', async t => {
  await t.rejects(startChromium({ args: ['--remote-debugging-port=-1', '--remote-debugging-pipe'], startTimeoutMs: 500 }), { code: 'KEYTURN_TESTING_START_FAILED' })
  await t.rejects(startChromium({ startTimeoutMs: Number.NaN }), TypeError)
})
