import { startPostgres } from '@keyturn/testing/postgres'
import { spawnNode } from '@keyturn/testing/processes'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'

const SMALLEST = new URL('../examples/smallest.ts', import.meta.url)
const SHOP = new URL('../examples/shop.ts', import.meta.url)
const KEY_ID = /^[0-9a-f]{16}$/
const LISTENING = /"Server listening at (http:\/\/127\.0\.0\.1:\d+)"/
const ENV = { PORT: '0', NODE_ENV: 'development', SESSION_SECRET: undefined }

t.test('the example of the README is the one that is tested, and works as it stands', async (t) => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const example = await readFile(SMALLEST, 'utf8')
  t.ok(readme.includes(`\`\`\`ts\n${example}\`\`\`\n`))

  const child = await spawnNode(SMALLEST, { cwd: t.testdir(), env: { ...ENV, DATABASE_URL: undefined } })
  t.teardown(() => child.kill('SIGKILL'))
  const [, address = ''] = await child.waitForLine(LISTENING)
  t.strictSame(await (await fetch(`${address}/me`)).json(), { user: null })
  const signedIn = await fetch(`${address}/sign-in`, { method: 'POST' })
  t.strictSame(await signedIn.json(), { hello: 'ada' })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  t.strictSame(await (await fetch(`${address}/me`, { headers: { cookie } })).json(), { user: 'ada' })
})

t.test('the example of the start page: a basket outlives sign-in, rotation and restart', async (t) => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  const cwd = t.testdir()
  const env = { ...ENV, DATABASE_URL: postgres.url }

  async function startShop(): Promise<{ address: string; stop: () => Promise<unknown> }> {
    const child = await spawnNode(SHOP, { cwd, env })
    t.teardown(() => child.kill('SIGKILL'))
    const [, address = ''] = await child.waitForLine(LISTENING)
    return { address, stop: () => child.kill() }
  }

  let cookie = ''
  async function call(url: string): Promise<unknown> {
    const response = await fetch(url, { method: 'POST', headers: { cookie } })
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    return response.json()
  }

  const first = await startShop()
  t.strictSame(await call(`${first.address}/basket/apple`), { items: ['apple'] })
  const anonymous = cookie
  t.strictSame(await call(`${first.address}/sign-in/ada`), { hello: 'ada' })
  t.not(cookie, anonymous, 'signing in changes the id')
  t.strictSame(await call(`${first.address}/basket/pear`), { of: 'ada', items: ['apple', 'pear'] })
  t.match(await call(`${first.address}/operator/rotate`), {
    outcome: 'staged',
    primaryKeyId: KEY_ID,
    pendingKeyId: KEY_ID,
    promoteAt: Number,
  })
  await first.stop()

  const second = await startShop()
  t.strictSame(await call(`${second.address}/basket/plum`), { of: 'ada', items: ['apple', 'pear', 'plum'] })
  t.equal((await stat(join(cwd, 'secrets/session-secrets.json'))).mode & 0o777, 0o600)
})
