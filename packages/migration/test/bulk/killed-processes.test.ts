import { once } from 'node:events'
import { spawnNode } from '@keyturn/testing/processes'
import t from 'tap'
import { fernetOf, MADE_AT, makeAccounts, openDatabase, type Sql } from '../support/accounts.ts'
import { secretText } from '../support/secrets.ts'
import type { BulkReport } from '../../src/report.ts'

const ROWS = 16_000
const KILLS = 20
const CHANGED_MEANWHILE = 1000
const TOGETHER = 4
const STRANGE = 50
const STRIDE = ROWS / STRANGE

t.test('kill -9 at random moments, four processes at once, a writer meanwhile: nothing is lost, what does not open stays', async (t) => {
  const { url, sql } = await openDatabase(t)
  const [old, current] = await Promise.all([fernetOf('old'), fernetOf('new')])
  await makeAccounts(sql, old, ROWS)
  const strange = await spoil(sql)
  const env = { URL: url, NEW_SECRET: secretText('new'), OLD_SECRET: secretText('old'), PAGE_SIZE: '20', RATE: '50' }
  const start = (given = env) => spawnNode(new URL('./fixtures/reencrypt.ts', import.meta.url), { env: given })

  const written = new Map<number, string>()
  const stop = new AbortController()
  const writer = writeMeanwhile(sql, { written, encrypt: (text) => current.encryptAt(text, MADE_AT), signal: stop.signal })
  let kills = 0
  const children = await Promise.all(Array.from({ length: TOGETHER }, () => start()))
  while (kills < KILLS) {
    const victim = children[kills % TOGETHER] as (typeof children)[number]
    await victim.waitForLine(/ready/)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150))
    await victim.kill('SIGKILL')
    kills++
    children[(kills - 1) % TOGETHER] = await start()
  }
  t.same(await sql`select finished from keyturn_migration_jobs`, [{ finished: false }], 'all kills hit a job under way')
  // Until here they were slow, so that the kills hit a job under way however long a start takes; the rest is done at full speed.
  await Promise.all(children.map((child) => child.kill('SIGKILL')))
  const reports = await Promise.all(Array.from({ length: TOGETHER }, async () => readReport(await start({ ...env, PAGE_SIZE: '100', RATE: '1000000' }))))
  stop.abort()
  await writer
  t.ok(reports.some(({ state }) => state === 'done'))
  t.equal(written.size, CHANGED_MEANWHILE)

  const rows = await sql`select id, access_token_encrypted as token from accounts`
  t.equal(rows.length, ROWS)
  for (const { id, token } of rows) {
    if (strange.has(id)) {
      if (token !== strange.get(id)) t.fail(`row ${id} was touched`)
      continue
    }
    if (current.decrypt(token).toString() !== (written.get(id) ?? `token ${id}`)) t.fail(`row ${id} has another plain text`)
    if (!written.has(id) && current.extractTimestamp(token) !== MADE_AT + 1000 * id) t.fail(`row ${id} has another timestamp`)
  }
  const last = await readReport(await start({ ...env, RATE: '1000000' }))
  t.match(last, { state: 'done', nothingToDo: true, total: ROWS, outcomes: { 'unknown-key': STRANGE, corrupt: STRANGE, current: ROWS - 2 * STRANGE } })
  t.same(await sql`select count(*)::integer as open from keyturn_migration_claims`, [{ open: 0 }])
})

/** Every 320th row is under a key that nobody has, and the one after it is cut; the writer leaves them alone. */
async function spoil(sql: Sql): Promise<Map<number, string>> {
  const alien = await fernetOf('alien')
  const strange = new Map<number, string>()
  for (let i = 0; i < STRANGE; i++) {
    strange.set(i * STRIDE + 1, alien.encrypt('of another'))
    strange.set(i * STRIDE + 2, alien.encrypt('cut off').slice(0, -4 - (i % 30)))
  }
  for (const [id, value] of strange) await sql`update accounts set access_token_encrypted = ${value} where id = ${id}`
  return strange
}

interface Writing {
  readonly written: Map<number, string>
  readonly encrypt: (text: string) => string
  readonly signal: AbortSignal
}

/** Changes rows as the application would: a value of the new secret over whatever is there. */
async function writeMeanwhile(sql: Sql, { written, encrypt, signal }: Writing): Promise<void> {
  while (written.size < CHANGED_MEANWHILE) {
    const id = 1 + Math.floor(Math.random() * ROWS)
    if (id % STRIDE === 1 || id % STRIDE === 2) continue
    const text = `changed ${id}`
    await sql`update accounts set access_token_encrypted = ${encrypt(text)} where id = ${id}`
    written.set(id, text)
    if (!signal.aborted) await once(AbortSignal.timeout(2), 'abort')
  }
}

async function readReport(child: Awaited<ReturnType<typeof spawnNode>>): Promise<BulkReport> {
  const line = await child.waitForLine(/^report (.*)$/, { timeoutMs: 120_000 })
  return JSON.parse(line[1] ?? '') as BulkReport
}
