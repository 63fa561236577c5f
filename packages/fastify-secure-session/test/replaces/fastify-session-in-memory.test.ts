import { EventEmitter } from 'node:events'
import type { SessionStore } from '@fastify/session'
import { createMemoryReader, importSessions } from '@keyturn/migration'
import { createEnvironmentProvider, createSecretManager } from '@keyturn/secret-providers'
import { createPostgresStore, createSealedSessions } from '@keyturn/session-stores'
import { createStoreForExpress } from '@keyturn/session-stores/express'
import { startPostgres } from '@keyturn/testing/postgres'
import { Secret } from '@keyturn/token-crypto'
import fastifySession from '@fastify/session'
import t from 'tap'
import { createCrowd } from '../fixtures/replaced/crowd.ts'
import { SESSION_SECRET, startNew, userIdOf } from '../fixtures/replaced/new-application.ts'
import { LIFETIME_MS } from '../fixtures/replaced/old-express.ts'
import { OLD_FASTIFY_SECRET, startOldFastify } from '../fixtures/replaced/old-fastify.ts'

const SESSIONS = 500
const cookies = { format: 'fastify-session', secrets: [Secret.fromText(OLD_FASTIFY_SECRET)], acceptUntil: Date.now() + 24 * LIFETIME_MS } as const

/** What @fastify/session needs of a store beyond its three methods. */
class Store extends EventEmitter {
  createSession(_request: never, session: never): object {
    return session
  }
}

t.test('sessions in the memory of @fastify/session are drained when it ends, and go on in the plugin and back again', async (t) => {
  const postgres = await startPostgres()
  const store = createPostgresStore({ url: postgres.url })
  const secrets = await createSecretManager({
    providers: [createEnvironmentProvider({ env: { SESSION_SECRET } })],
    environment: 'test',
  })
  t.teardown(async () => {
    await Promise.all([store.close(), secrets.close()])
    await postgres.stop()
  })
  const sessions = createSealedSessions({ store, keyring: secrets.keyring })
  const crowd = createCrowd(SESSIONS)
  const unharmed = (when: string) => t.same({ loggedOut: crowd.loggedOut, lost: crowd.lost }, { loggedOut: 0, lost: 0 }, when)

  const inMemory = new Map<string, unknown>()
  let drained = 0
  const old = await startOldFastify(new fastifySession.MemoryStore(inMemory as never), async () => {
    const report = await importSessions({ from: createMemoryReader({ sessions: inMemory }), into: sessions, userIdOf })
    drained = report.outcomes.changed
  })
  await crowd.signIn(() => old.port)
  await crowd.visit(() => old.port)
  // Users are on their way meanwhile: what has arrived the old application answers, the rest waits for the new one.
  const { promise: ready, resolve: setReady } = Promise.withResolvers<number>()
  let port: number | Promise<number> = old.port
  const visiting = crowd.visit(() => port)
  while (crowd.users.every(({ visits }) => visits < 2)) await new Promise((resolve) => setImmediate(resolve))
  port = ready
  await old.close()
  t.equal(drained, SESSIONS)
  const expiries = new Map([...inMemory.values()].map((session) => [userIdOf(session as never), expiryOf(session)]))
  t.same(await countLate(sessions, expiries), { sessions: SESSIONS, late: 0 }, 'each expiry within a second')

  const fresh = await startNew({ databaseUrl: postgres.url, legacy: { cookies, phase: 'reversible', userIdOf } })
  setReady(fresh.port)
  await visiting
  unharmed('while one took the place of the other')
  await crowd.visit(() => fresh.port)
  await crowd.signIn(() => fresh.port, crowd.users.slice(0, 20))
  for (const user of crowd.users.slice(0, 20)) user.visits = 0
  unharmed('the new application')
  await fresh.app.close()

  // The same application as before, but for the line that names its store.
  const keyturn = createStoreForExpress({ Store, sessions, userIdOf }) as unknown as SessionStore
  const back = await startOldFastify(keyturn)
  await crowd.visit(() => back.port)
  unharmed('back at the old application')
  await back.close()

  const last = await startNew({ databaseUrl: postgres.url, legacy: { cookies, userIdOf } })
  t.teardown(() => last.app.close())
  t.equal(last.app.secureSession.legacy?.phase, 'forward')
  await crowd.visit(() => last.port)
  last.app.secureSession.legacy?.setPhase('done')
  await crowd.visit(() => last.port)
  unharmed('forward again, and without the old secret')
  t.equal(crowd.users.filter(({ jar }) => jar.get('sid') === undefined || jar.get('sessionId') !== undefined).length, 0)
  await t.rejects(async () => last.app.secureSession.legacy?.importSessions(), { name: 'TypeError', message: /legacy\.store/ })
})

function expiryOf(session: unknown): number {
  return new Date((session as { cookie: { expires: string } }).cookie.expires).getTime()
}

async function countLate(
  sessions: ReturnType<typeof createSealedSessions>,
  expiries: ReadonlyMap<string | undefined, number>,
): Promise<{ sessions: number; late: number }> {
  const found = { sessions: 0, late: 0 }
  for (const [user, expiresAt] of expiries) {
    const [owned] = await sessions.listByOwner(user ?? '')
    if (owned === undefined) continue
    found.sessions++
    if (Math.abs(owned.expiresAt - expiresAt) > 1000) found.late++
  }
  return found
}
