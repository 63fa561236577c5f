import { toStoreKey } from '@keyturn/session-stores'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import { Signer } from '@fastify/cookie'
import fc from 'fast-check'
import t from 'tap'
import { COOKIE_NAME, secureApp } from './fixtures/apps.ts'
import { countingStore } from './fixtures/counting-store.ts'

const RUNS = 10_000

t.test('no bad cookie is an error page, a session, or a store read', async (t) => {
  const store = countingStore(createMemoryStore())
  const browser = await secureApp(store, { folder: t.testdir() })
  t.teardown(() => browser.close())
  await browser.get('/set/user/ada')
  const good = decodeURIComponent(browser.jar.get(COOKIE_NAME) ?? '')
  const id = good.slice(0, good.lastIndexOf('.'))
  const readsBefore = store.calls.get

  const truncated = fc.nat({ max: good.length - 1 }).map((length) => good.slice(0, length))
  const flipped = fc.tuple(fc.nat({ max: good.length - 1 }), fc.constantFrom(...'AZaz09-_+/.=')).map(([at, character]) => good.slice(0, at) + character + good.slice(at + 1))
  const unknownKey = fc.string({ minLength: 32 }).map((secret) => new Signer(secret).sign(id))
  const appended = fc.string({ minLength: 1 }).map((tail) => good + tail)
  const huge = fc.integer({ min: 500, max: 12_000 }).map((length) => `${id}${'x'.repeat(length)}.${good.slice(id.length + 1)}`)
  const arbitrary = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string())
  const bad = fc.oneof(truncated, flipped, unknownKey, appended, huge, arbitrary).filter((cookie) => cookie !== good)
  const header = fc.oneof(
    bad.map((cookie) => `${COOKIE_NAME}=${encodeURIComponent(cookie.toWellFormed())}`),
    // Raw bytes as an HTTP client could send them, latin1 and without control characters.
    fc.string({ unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)) }).map((raw) => `${COOKIE_NAME}=${raw.replaceAll('\u007f', '')}`),
    fc.array(bad, { minLength: 2, maxLength: 4 }).map((cookies) => cookies.map((cookie) => `${COOKIE_NAME}=${encodeURIComponent(cookie.toWellFormed())}`).join('; ')),
  )
  await fc.assert(
    fc.asyncProperty(header, async (cookie) => {
      const response = await browser.app.inject({ url: '/read', headers: { cookie } })
      return response.statusCode === 200 && response.body === '{}'
    }),
    { numRuns: RUNS, seed: 20_260_101 },
  )
  t.equal(store.calls.get, readsBefore, 'the store was never asked')

  const first = await browser.app.inject({ url: '/read', headers: { cookie: `${COOKIE_NAME}=${encodeURIComponent(good)}` } })
  t.equal(first.json().user, 'ada', 'the good cookie still works')
})

t.test('of several cookies of one name, the first decides', async (t) => {
  const browser = await secureApp(createMemoryStore(), { folder: t.testdir() })
  t.teardown(() => browser.close())
  await browser.get('/set/user/ada')
  const good = `${COOKIE_NAME}=${browser.jar.get(COOKIE_NAME)}`
  const read = async (cookie: string) => (await browser.app.inject({ url: '/read', headers: { cookie } })).json().user
  t.equal(await read(`${good}; ${COOKIE_NAME}=forged.signature`), 'ada')
  t.equal(await read(`${COOKIE_NAME}=forged.signature; ${good}`), undefined)
})

t.test('a cookie that does not verify is left to the browser: an instance that lags behind logs nobody out', async (t) => {
  const browser = await secureApp(createMemoryStore(), { folder: t.testdir() })
  t.teardown(() => browser.close())
  const { headers } = await browser.app.inject({ url: '/read', headers: { cookie: `${COOKIE_NAME}=forged.signature` } })
  t.equal(headers['set-cookie'], undefined)
})

t.test('a cookie whose session ended is cleared with the attributes it was set with', async (t) => {
  const store = createMemoryStore()
  const browser = await secureApp(store, { folder: t.testdir(), cookie: { path: '/', domain: 'example.com' } })
  t.teardown(() => browser.close())
  await browser.get('/set/user/ada')
  const value = decodeURIComponent(browser.jar.get(COOKIE_NAME) ?? '')
  await store.destroy(toStoreKey(value.slice(0, value.lastIndexOf('.'))))
  const { headers } = await browser.get('/read')
  t.match(headers['set-cookie'], /^sid=; Max-Age=0; Domain=example.com; Path=\/; Expires=Thu, 01 Jan 1970 .*; HttpOnly; SameSite=Lax$/)
})
