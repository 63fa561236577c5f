import { execFileSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPostgresStore } from '@keyturn/session-stores'
import { type PostgresServer, startPostgres } from '@keyturn/testing/postgres'
import { type NodeProcess, spawnNode } from '@keyturn/testing/processes'
import { startRedis } from '@keyturn/testing/redis'
import { createFernet, deriveFernetKey, type Fernet, INSTAGRAM_OAUTH_DERIVATION, Secret } from '@keyturn/token-crypto'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import t, { type Test } from 'tap'

const LISTENING = /"Server listening at (http:\/\/127\.0\.0\.1:\d+)"/
const SESSION_SECRET = randomBytes(32).toString('base64url')
const ENV = { PORT: '0', NODE_ENV: 'development', SESSION_SECRET }
const HOUR_MS = 3_600_000

let server: PostgresServer
t.before(async () => {
  server = await startPostgres()
})
t.teardown(() => server.stop())

async function start(t: Test, name: string, options: { env?: Record<string, string>; args?: readonly string[]; cwd?: string }): Promise<NodeProcess> {
  const { env, ...rest } = options
  const child = await spawnNode(new URL(`../examples/${name}.ts`, import.meta.url), { env: { ...ENV, ...env }, ...rest })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** Runs an example to its end and reads the line of JSON that it prints. */
async function read(t: Test, name: string, options: Parameters<typeof start>[2]): Promise<unknown> {
  const child = await start(t, name, options)
  const [line = ''] = await child.waitForLine(/^\{.*\}$/, { timeoutMs: 120_000 })
  t.equal((await child.waitForExit({ timeoutMs: 60_000 })).code, 0, `${name} ends without an error`)
  return JSON.parse(line)
}

t.test('the guide from express-session: its users stay, sign out in both, and leave the old store', async (t) => {
  const redis = await startRedis()
  const client = new Redis(redis.url)
  t.teardown(async () => {
    client.disconnect()
    await redis.stop()
  })
  const cookieOf = (id: string): string => {
    const signature = createHmac('sha256', 'flowise').update(id).digest('base64').replace(/=+$/, '')
    return `connect.sid=${encodeURIComponent(`s:${id}.${signature}`)}`
  }
  for (const user of ['ann', 'ben', 'cleo']) {
    const cookie = { originalMaxAge: HOUR_MS, expires: new Date(Date.now() + HOUR_MS), httpOnly: true, path: '/' }
    await client.set(`sess:${user}-id`, JSON.stringify({ cookie, user }), 'EX', 3600)
  }
  const { url } = await server.createDatabase()
  const child = await start(t, 'take-over-express', { env: { REDIS_URL: redis.url, DATABASE_URL: url, OLD_COOKIES_UNTIL: '2099-01-01' } })
  const [, address = ''] = await child.waitForLine(LISTENING)
  const ask = async (path: string, cookie: string, method = 'POST'): Promise<{ body: unknown; cookies: string[] }> => {
    const response = await fetch(`${address}${path}`, { method, headers: { cookie } })
    const text = await response.text()
    return { body: text === '' ? undefined : JSON.parse(text), cookies: response.headers.getSetCookie() }
  }
  t.same((await ask('/me', cookieOf('ann-id'), 'GET')).body, { user: 'ann' })
  t.equal(await client.exists('sess:ann-id'), 1, 'there is a way back')
  await ask('/sign-out', cookieOf('ann-id'))
  t.equal(await client.exists('sess:ann-id'), 0)
  t.same((await ask('/me', cookieOf('ann-id'), 'GET')).body, { user: null })

  t.same((await ask('/operator/phase/forward', '')).body, { phase: 'forward', carried: 1 })
  const moved = await ask('/me', cookieOf('ben-id'), 'GET')
  t.same(moved.body, { user: 'ben' })
  t.match(moved.cookies.find((line) => line.startsWith('connect.sid=')), /Max-Age=0/)
  t.match((await ask('/operator/import', '')).body, { state: 'done', outcomes: { changed: 1 } })
  t.equal(await client.dbsize(), 0, 'the old store is empty')
  await ask('/operator/phase/done', '')
  const own = moved.cookies.find((line) => line.startsWith('sid='))?.split(';')[0] ?? ''
  t.same((await ask('/me', own, 'GET')).body, { user: 'ben' })
})

t.test('the guide from @fastify/session: what is in memory is in the store when the process has ended', async (t) => {
  const { url } = await server.createDatabase()
  const OLD_SECRET = randomBytes(32).toString('hex')
  const child = await start(t, 'drain-memory', { env: { DATABASE_URL: url, OLD_SECRET } })
  const [, address = ''] = await child.waitForLine(LISTENING)
  for (const user of ['ann', 'ben']) await fetch(`${address}/sign-in/${user}`, { method: 'POST' })
  child.signal('SIGTERM')
  await child.waitForLine(/sessions were moved/, { timeoutMs: 60_000 })
  await child.waitForExit({ timeoutMs: 60_000 })
  const store = createPostgresStore({ url })
  t.teardown(() => store.close())
  t.equal((await store.statistics?.())?.active, 2)
})

async function fernetOf(secret: string): Promise<Fernet> {
  return createFernet(await deriveFernetKey(Secret.fromText(secret), INSTAGRAM_OAUTH_DERIVATION))
}

async function makeAccounts(t: Test, fernets: readonly Fernet[]): Promise<{ url: string; sql: postgres.Sql }> {
  const { url } = await server.createDatabase()
  const sql = postgres(url, { onnotice: () => undefined })
  t.teardown(() => sql.end())
  await sql`create table accounts (id integer primary key, access_token_encrypted text, token_expires_at timestamptz default now())`
  const rows = fernets.map((fernet, i) => ({ id: i + 1, access_token_encrypted: fernet.encrypt(`token ${i + 1}`) }))
  await sql`insert into accounts ${sql(rows)}`
  return { url, sql }
}

t.test('the guide on changing a secret: a dry run, the run, and nothing left to do', async (t) => {
  const [OLD_SECRET, NEW_SECRET] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
  const old = await fernetOf(OLD_SECRET)
  const { url, sql } = await makeAccounts(t, Array.from({ length: 40 }, () => old))
  const env = { DATABASE_URL: url, OLD_SECRET, NEW_SECRET }
  t.match(await read(t, 'change-secret-in-data', { env }), { outcomes: { changed: 40 }, left: [], sql: { write: /^update/ } })
  t.match(await read(t, 'change-secret-in-data', { env, args: ['run'] }), { outcomes: { changed: 40 }, nothingToDo: false, remaining: 0 })
  t.match(await read(t, 'change-secret-in-data', { env, args: ['run'] }), { outcomes: { current: 40 }, nothingToDo: true })
  const [row] = await sql`select access_token_encrypted as token from accounts where id = 7`
  t.equal((await fernetOf(NEW_SECRET)).decrypt(row?.['token'] as string).toString(), 'token 7')
})

t.test('the guide on a lost secret: what no longer opens is found, exported and cleared', async (t) => {
  const [lost, current] = await Promise.all([fernetOf(randomBytes(32).toString('hex')), fernetOf(SESSION_SECRET)])
  const { url, sql } = await makeAccounts(t, [current, lost, current, lost, lost])
  const cwd = t.testdir()
  const env = { DATABASE_URL: url }
  t.match(await read(t, 'clear-what-is-lost', { env, cwd }), { unreadable: 3, outcomes: { current: 2, 'unknown-key': 3 } })
  t.match(await read(t, 'clear-what-is-lost', { env, cwd, args: ['3'] }), { cleared: 3, keptIn: '"public"."keyturn_migration_cleared"' })
  t.equal((await readFile(join(cwd, 'cleared.jsonl'), 'utf8')).trimEnd().split('\n').length, 3)
  t.same(await sql`select id from accounts where access_token_encrypted is null and token_expires_at is null order by id`, [{ id: 2 }, { id: 4 }, { id: 5 }])
})

t.test('the guide from a JSON file: sessions are sealed, and the commits with personal data are listed', async (t) => {
  const { url } = await server.createDatabase()
  const cwd = t.testdir()
  const git = (...given: string[]): string => execFileSync('git', ['-C', cwd, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...given], { encoding: 'utf8' })
  git('init', '-q')
  await writeFile(join(cwd, 'parsed_sessions.json'), JSON.stringify({ abc: { user_id: '4711' }, def: { user_id: '4712' } }))
  git('add', '.')
  git('commit', '-qm', 'sessions')
  const shown = await read(t, 'import-json-file', { env: { DATABASE_URL: url }, cwd })
  t.match(shown, { imported: 2, commits: [{ commit: git('rev-parse', 'HEAD').trim(), fields: ['user_id'], values: 2 }] })
  t.notMatch(JSON.stringify(shown), /4711/)
})
