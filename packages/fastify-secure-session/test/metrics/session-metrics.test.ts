import { createMemoryStore } from '@keyturn/session-stores/memory'
import { Registry } from 'prom-client'
import t from 'tap'
import { plainRoutes, secureApp } from '../fixtures/apps.ts'

t.test('sessions, reads, store operations and keys are measured in the registry of the application', async (t) => {
  const metrics = new Registry()
  const store = createMemoryStore({ environment: 'test' })
  let down = false
  const failing = { ...store, get: (...args: Parameters<typeof store.get>) => (down ? Promise.reject(new Error('down')) : store.get(...args)) }
  const browser = await secureApp(failing, { folder: t.testdir(), metrics }, (app) => {
    plainRoutes(app)
    app.get('/sign-in', async (request) => {
      await request.signIn('ada')
      return 'signed in'
    })
  })
  t.teardown(() => browser.close())
  await browser.get('/sign-in')
  await browser.get('/read')
  await browser.rotate('while running')
  await browser.get('/read')
  down = true
  await browser.get('/read')

  const text = await metrics.metrics()
  const value = (series: string) => Number(text.split('\n').find((line) => line.startsWith(`${series} `))?.split(' ')[1])
  t.equal(value('keyturn_session_events_total{type="signed-in"}'), 1)
  t.equal(value('keyturn_session_events_total{type="created"}'), 1)
  t.equal(value('keyturn_session_events_total{type="resigned"}'), 1)
  t.equal(value('keyturn_session_reads_total{outcome="live"}'), 2)
  t.equal(value('keyturn_session_reads_total{outcome="unavailable"}'), 1)
  t.equal(value('keyturn_session_store_seconds_count{store="memory",operation="get",outcome="ok"}'), 2)
  t.equal(value('keyturn_session_store_seconds_count{store="memory",operation="get",outcome="error"}'), 1)
  t.ok(value('keyturn_session_store_seconds_count{store="memory",operation="put",outcome="ok"}') >= 1)
  t.equal(value('keyturn_secret_keys{state="primary"}'), 1)
  t.equal(value('keyturn_secret_keys{state="retiring"}'), 1)
  t.ok(value('keyturn_secret_age_seconds') >= 0)
  t.equal(value('keyturn_secret_source_failures'), 0)
  t.notMatch(text, 'ada')
})
