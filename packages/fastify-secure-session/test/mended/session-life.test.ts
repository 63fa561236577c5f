import { setTimeout as sleep } from 'node:timers/promises'
import { toStoreKey } from '@keyturn/session-stores'
import { COOKIE_NAME, type Routes, plainRoutes, sessionOf } from '../fixtures/apps.ts'
import { mends } from '../fixtures/mends.ts'

const routes: Routes = (app) => {
  plainRoutes(app)
  app.get('/destroy', async (request) => {
    await request.session.destroy()
    return 'ended'
  })
  app.get('/regenerate', async (request) => {
    await request.session.regenerate()
    return 'regenerated'
  })
  app.get('/reload-after-end', async (request) => {
    // Another device ends this session between two lines of this handler.
    await new Promise((resolve) => request.sessionStore.destroy(request.session.sessionId, resolve))
    await request.session.reload()
    sessionOf(request).user = 'revived'
    return 'reloaded'
  })
}

mends('an ended session takes its cookie with it', {
  routes,
  works: async (browser) => {
    await browser.get('/set/user/ada')
    await browser.get('/destroy')
    return browser.jar.get(COOKIE_NAME) === undefined
  },
})

mends('a regenerated session that holds nothing keeps its cookie, and leaves no orphan record', {
  routes,
  works: async (browser) => {
    await browser.get('/set/user/ada')
    await browser.get('/regenerate')
    const statistics = await browser.store.statistics?.()
    return browser.jar.get(COOKIE_NAME) !== undefined && statistics?.total === 1
  },
})

mends('reload of a session that was ended does not bring its id back', {
  routes,
  works: async (browser) => {
    await browser.get('/set/user/ada')
    const id = idIn(browser.jar.get(COOKIE_NAME))
    await browser.get('/reload-after-end')
    return (await browser.store.get(toStoreKey(id))) === undefined
  },
})

mends('a value that JSON cannot hold is an error, not a silent loss', {
  routes: (app) => {
    plainRoutes(app)
    app.get('/bigint', async (request) => {
      Object.assign(sessionOf(request), { user: 'ada', count: 1n })
      return 'set'
    })
  },
  works: async (browser) => {
    const response = await browser.get('/bigint')
    return response.statusCode === 500 && response.json().code === 'KEYTURN_SESSION_DATA'
  },
})

mends('a session whose expiry moved in the store is alive', {
  idleTimeoutMs: 1000,
  works: async (browser) => {
    // Where a machine stood still for so long that the session was over before it moved, another one begins.
    do await browser.get('/set/user/ada')
    while (!(await browser.store.touch(toStoreKey(idIn(browser.jar.get(COOKIE_NAME))), Date.now() + 60_000)))
    await sleep(1200)
    return (await browser.get('/read')).json().user === 'ada'
  },
})

mends('sliding expiry costs no write on each request', {
  rolling: true,
  works: async (browser) => {
    await browser.get('/set/user/ada')
    const before = browser.store.calls.put
    for (let i = 0; i < 3; i++) await browser.get('/read')
    return browser.store.calls.put === before
  },
})

function idIn(cookie: string | undefined): string {
  const value = decodeURIComponent(cookie ?? '')
  return value.slice(0, value.lastIndexOf('.'))
}
