import type { Routes, TestApp } from '../fixtures/apps.ts'
import { plainRoutes, sessionOf } from '../fixtures/apps.ts'
import { mends } from '../fixtures/mends.ts'

/** Holds requests in their handlers, where each has read its session already, until they may go on. */
interface Gate {
  pass(): Promise<void>
  /** Resolves when as many requests wait as were expected. */
  readonly full: Promise<void>
  open(): void
}

function createGate(expected: number): Gate {
  const [full, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let waiting = 0
  return {
    full: full.promise,
    open: opened.resolve,
    pass() {
      if (++waiting === expected) full.resolve()
      return opened.promise
    },
  }
}

let gate = createGate(1)

const heldRoutes: Routes = (app) => {
  plainRoutes(app)
  app.get('/held/:name', async (request) => {
    const { name } = request.params as { name: string }
    await gate.pass()
    sessionOf(request)[name] = true
    return 'set'
  })
  app.get('/delete/:name', async (request) => {
    await gate.pass()
    delete sessionOf(request)[(request.params as { name: string }).name]
    return 'deleted'
  })
  app.get('/end', async (request) => {
    await request.session.destroy()
    return 'ended'
  })
}

/** Sends requests of which none writes before all have read. */
async function together(browser: TestApp, urls: readonly string[]): Promise<void> {
  gate = createGate(urls.length)
  const answers = urls.map((url) => browser.get(url))
  await gate.full
  gate.open()
  await Promise.all(answers)
}

mends('four concurrent writers keep four keys', {
  routes: heldRoutes,
  works: async (browser) => {
    await browser.get('/set/user/ada')
    await together(browser, ['a', 'b', 'c', 'd'].map((name) => `/held/${name}`))
    const { a, b, c, d, user } = (await browser.get('/read')).json()
    return [a, b, c, d].every((value) => value === true) && user === 'ada'
  },
})

mends('a name that one request deletes stays deleted while another writes', {
  routes: heldRoutes,
  works: async (browser) => {
    await browser.get('/set/basket/full')
    await together(browser, ['/held/a', '/delete/basket'])
    const data = (await browser.get('/read')).json()
    return data.a === true && !('basket' in data)
  },
})

mends('a slow request does not revive a session that was ended meanwhile', {
  routes: heldRoutes,
  works: async (browser) => {
    await browser.get('/set/user/ada')
    const headers = browser.jar.headers
    gate = createGate(1)
    const slow = browser.app.inject({ url: '/held/a', headers })
    await gate.full
    await browser.app.inject({ url: '/end', headers })
    gate.open()
    await slow
    const data = (await browser.app.inject({ url: '/read', headers })).json()
    return Object.keys(data).length === 0
  },
})
