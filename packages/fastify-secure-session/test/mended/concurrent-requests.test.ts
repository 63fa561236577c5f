import { setTimeout as sleep } from 'node:timers/promises'
import type { Routes } from '../fixtures/apps.ts'
import { plainRoutes, sessionOf } from '../fixtures/apps.ts'
import { mends } from '../fixtures/mends.ts'

const slowRoutes: Routes = (app) => {
  plainRoutes(app)
  app.get('/slow/:name', async (request) => {
    const { name } = request.params as { name: string }
    await sleep(100)
    sessionOf(request)[name] = true
    return 'set'
  })
  app.get('/delete/:name', async (request) => {
    await sleep(50)
    delete sessionOf(request)[(request.params as { name: string }).name]
    return 'deleted'
  })
  app.get('/end', async (request) => {
    await request.session.destroy()
    return 'ended'
  })
}

mends('four concurrent writers keep four keys', {
  routes: slowRoutes,
  works: async (browser) => {
    await browser.get('/set/user/ada')
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => browser.get(`/slow/${name}`)))
    const { a, b, c, d, user } = (await browser.get('/read')).json()
    return [a, b, c, d].every((value) => value === true) && user === 'ada'
  },
})

mends('a name that one request deletes stays deleted while another writes', {
  routes: slowRoutes,
  works: async (browser) => {
    await browser.get('/set/basket/full')
    await Promise.all([browser.get('/slow/a'), browser.get('/delete/basket')])
    const data = (await browser.get('/read')).json()
    return data.a === true && !('basket' in data)
  },
})

mends('a slow request does not revive a session that was ended meanwhile', {
  routes: slowRoutes,
  works: async (browser) => {
    await browser.get('/set/user/ada')
    const headers = browser.jar.headers
    const slow = browser.app.inject({ url: '/slow/a', headers })
    await sleep(30)
    await browser.app.inject({ url: '/end', headers })
    await slow
    const data = (await browser.app.inject({ url: '/read', headers })).json()
    return Object.keys(data).length === 0
  },
})
