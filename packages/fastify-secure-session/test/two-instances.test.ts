import { spawnNode } from '@keyturn/testing/processes'
import t, { type Test } from 'tap'
import { CookieJar } from './fixtures/cookies.ts'
import { usePostgres } from './fixtures/postgres.ts'

const SCRIPT = new URL('./fixtures/two-instances-server.ts', import.meta.url)
const postgres = usePostgres()

async function startInstances(t: Test): Promise<[string, string]> {
  const env = { DATABASE_URL: (await postgres.server.createDatabase()).url, NODE_ENV: 'development' }
  const secretFile = `${t.testdir()}/secrets/session-secrets.json`
  const start = async () => {
    const child = await spawnNode(SCRIPT, { args: [secretFile], env })
    t.teardown(() => child.kill('SIGKILL'))
    const [, address = ''] = await child.waitForLine(/^listening (.*)$/)
    return address
  }
  // At once: both find no secret and no table, and agree on one of each.
  return Promise.all([start(), start()])
}

async function call(jar: CookieJar, method: 'GET' | 'POST', url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method, headers: jar.headers })
  jar.take(response)
  return (await response.json()) as Record<string, unknown>
}

t.test('two processes on one database are one application', async (t) => {
  const [one, two] = await startInstances(t)
  const jar = new CookieJar()

  await call(jar, 'POST', `${one}/sign-in`)
  t.strictSame(await call(jar, 'GET', `${two}/me`), { userId: 'ada@example.com' }, 'signed in on one, known on the other')

  const before = jar.get('sid')
  const { primary } = await call(jar, 'POST', `${one}/rotate`)
  t.strictSame(await call(jar, 'GET', `${one}/me`), { userId: 'ada@example.com' })
  t.not(jar.get('sid'), before, 'the cookie is signed by the new key')
  t.strictSame(await call(jar, 'GET', `${two}/me`), { userId: 'ada@example.com' }, 'rotated on one, known on both')
  t.strictSame(await call(new CookieJar(), 'GET', `${two}/primary`), { primary }, 'the other has the new key')

  const copy = jar.headers
  await call(jar, 'POST', `${two}/sign-out`)
  t.equal(jar.size, 0, 'signing out clears the cookie')
  for (const instance of [one, two]) {
    const response = await fetch(`${instance}/me`, { headers: copy })
    t.strictSame(await response.json(), { userId: null }, 'signed out on one, unknown on both, even with the old cookie')
  }
})

t.test('a browser with the old cookie stays signed in on either instance after a rotation', async (t) => {
  const [one, two] = await startInstances(t)
  const phone = new CookieJar()
  await call(phone, 'POST', `${one}/sign-in`)
  await call(new CookieJar(), 'POST', `${two}/rotate`)
  t.strictSame(await call(phone, 'GET', `${one}/me`), { userId: 'ada@example.com' })
  t.strictSame(await call(phone, 'GET', `${two}/me`), { userId: 'ada@example.com' })
})
