import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createJsonFileStore } from '@keyturn/migration'
import { startPostgres } from '@keyturn/testing/postgres'
import t from 'tap'
import { createCrowd } from '../fixtures/replaced/crowd.ts'
import { JsonStore } from '../fixtures/replaced/json-store.ts'
import { startNew, userIdOf } from '../fixtures/replaced/new-application.ts'
import { startOldExpress } from '../fixtures/replaced/old-express.ts'
import { flowiseCookies } from '../fixtures/replaced/replace-under-load.ts'

const SESSIONS = 300

t.test('sessions in a JSON file go on in the plugin, back in the old application, and leave the file in the end', async (t) => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  const path = join(t.testdir(), 'parsed_sessions.json')
  await writeFile(path, '{}')
  const crowd = createCrowd(SESSIONS)
  const unharmed = (when: string) => t.same({ loggedOut: crowd.loggedOut, lost: crowd.lost }, { loggedOut: 0, lost: 0 }, when)
  const startFresh = () => startNew({ databaseUrl: postgres.url, legacy: { store: createJsonFileStore({ path }), cookies: flowiseCookies, userIdOf } })

  const old = await startOldExpress(new JsonStore(path))
  await crowd.signIn(() => old.port)
  await crowd.visit(() => old.port)
  await old.close()
  const expiries = await readExpiries(path)
  t.equal(expiries.size, SESSIONS)

  const fresh = await startFresh()
  const regulars = crowd.users.slice(0, 100)
  await crowd.visit(() => fresh.port, regulars)
  await crowd.signIn(() => fresh.port, crowd.users.slice(0, 10))
  for (const user of crowd.users.slice(0, 10)) user.visits = 0
  await crowd.visit(() => fresh.port, regulars)
  unharmed('the new application, which keeps the file')
  await fresh.app.close()
  t.equal((await stat(path)).mode & 0o777, 0o600)

  const back = await startOldExpress(new JsonStore(path))
  await crowd.visit(() => back.port, regulars)
  unharmed('back at the old application')
  await back.close()

  const last = await startFresh()
  t.teardown(() => last.app.close())
  const { legacy } = last.app.secureSession
  legacy?.setPhase('forward')
  const [report] = await Promise.all([legacy?.importSessions(), crowd.visit(() => last.port, regulars)])
  t.match(report, { state: 'done' })
  t.equal(await readFile(path, 'utf8'), '{}')
  await crowd.look(() => last.port)
  legacy?.setPhase('done')
  await crowd.look(() => last.port)
  unharmed('everybody came, and the file is empty')
  for (const { name } of crowd.users.slice(290)) {
    const [owned] = await last.app.secureSession.sessions.list(name)
    t.ok(Math.abs((owned?.expiresAt ?? 0) - (expiries.get(name) ?? 0)) <= 1000, 'its expiry within a second')
  }
})

async function readExpiries(path: string): Promise<Map<string, number>> {
  const sessions = Object.values(JSON.parse(await readFile(path, 'utf8')) as Record<string, { user: string; cookie: { expires: string } }>)
  return new Map(sessions.map(({ user, cookie }) => [user, Date.parse(cookie.expires)]))
}
