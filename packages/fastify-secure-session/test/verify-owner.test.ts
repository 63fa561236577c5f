import { createMemoryStore } from '@keyturn/session-stores/memory'
import t from 'tap'
import { type Routes, secureApp } from './fixtures/apps.ts'

const routes: Routes = (app) => {
  app.get('/sign-in/:user', async (request) => {
    await request.signIn((request.params as { user: string }).user)
    return 'signed in'
  })
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))
}

t.test('a user who was disabled is signed out by the next request, before any handler', async (t) => {
  const disabled = new Set<string>()
  const store = createMemoryStore({ environment: 'test' })
  const browser = await secureApp(store, { folder: t.testdir(), verifyOwner: async (userId) => !disabled.has(userId) }, routes)
  t.teardown(() => browser.close())
  await browser.get('/sign-in/ada')
  t.strictSame((await browser.get('/me')).json(), { userId: 'ada' })
  disabled.add('ada')
  t.strictSame((await browser.get('/me')).json(), { userId: null })
  t.equal(browser.jar.size, 0)
  t.equal((await store.statistics?.())?.total, 0, 'the record is gone')
})

t.test('a check that fails lets nobody in, and ends nothing', async (t) => {
  let down = false
  const verifyOwner = async () => {
    if (down) throw new Error('the user database is down')
    return true
  }
  const browser = await secureApp(createMemoryStore({ environment: 'test' }), { folder: t.testdir(), verifyOwner }, routes)
  t.teardown(() => browser.close())
  await browser.get('/sign-in/ada')
  down = true
  t.equal((await browser.get('/me')).statusCode, 500)
  down = false
  t.strictSame((await browser.get('/me')).json(), { userId: 'ada' })
})
