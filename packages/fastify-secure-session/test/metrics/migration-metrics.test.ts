import { copySessions, importSessions, type LegacySession } from '@keyturn/migration'
import { createMemoryStore } from '@keyturn/session-stores'
import { Registry } from 'prom-client'
import t from 'tap'
import { secureApp } from '../fixtures/apps.ts'

t.test('bulk runs are measured while the plugin lives: moved, left, unreadable, rate, and how they ended', async (t) => {
  const metrics = new Registry()
  const store = createMemoryStore({ environment: 'test' })
  const browser = await secureApp(store, { folder: t.testdir(), metrics })
  await browser.get('/set/name/ada')
  const to = createMemoryStore({ environment: 'test' })
  await copySessions({ from: store, to, dryRun: true })
  t.notMatch(await metrics.metrics(), /keyturn_migration_items{/, 'a dry run moves nothing')

  await copySessions({ from: store, to })
  const after = await metrics.metrics()
  const job = 'job="copySessions memory to memory"'
  t.match(after, `keyturn_migration_items{${job},outcome="changed"} 1`)
  t.match(after, `keyturn_migration_items_left{${job}} 0`)
  t.match(after, `keyturn_migration_running{${job}} 0`)
  t.match(after, `keyturn_migration_runs_total{${job},state="done"} 1`)
  t.match(after, /keyturn_migration_items_per_second{job="copySessions memory to memory"} \d/)

  async function* broken(): AsyncGenerator<LegacySession> {
    yield* []
    throw new Error('unplugged')
  }
  await t.rejects(importSessions({ from: broken(), into: {} as never }), { message: 'unplugged' })
  t.match(await metrics.metrics(), 'keyturn_migration_runs_total{job="importSessions sessions",state="failed"} 1')

  await browser.close()
  await copySessions({ from: to, to: createMemoryStore({ environment: 'test' }) })
  t.match(await metrics.metrics(), `keyturn_migration_runs_total{${job},state="done"} 1`, 'nothing is counted after the end')
})
