import { createMemoryStore } from '@keyturn/session-stores/memory'
import t from 'tap'
import { secureApp } from '../fixtures/apps.ts'

t.test('session ids are 192 random bits, and no two are the same', async (t) => {
  const browser = await secureApp(createMemoryStore({ environment: 'test' }), { folder: t.testdir() }, (app) => {
    app.get('/id', async (request) => {
      await request.signIn('ada')
      return request.session.sessionId
    })
  })
  t.teardown(() => browser.close())
  const count = 500
  const ids = new Set<string>()
  const ones = new Uint32Array(192)
  for (let i = 0; i < count; i++) {
    const { body } = await browser.app.inject('/id')
    ids.add(body)
    Buffer.from(body, 'base64url').forEach((byte, at) => {
      for (let bit = 0; bit < 8; bit++) ones[at * 8 + bit] = (ones[at * 8 + bit] ?? 0) + ((byte >> bit) & 1)
    })
  }
  t.equal(ids.size, count)
  t.strictSame([...ids].filter((id) => !/^[\w-]{32}$/.test(id)), [])
  // Ten standard deviations: a bit that is stuck or follows a counter is far outside, chance never is.
  const tolerance = 10 * Math.sqrt(count / 4)
  t.strictSame([...ones].filter((set) => Math.abs(set - count / 2) > tolerance), [], 'every bit is a coin')
})
