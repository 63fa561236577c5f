import { setCookieLines } from '../fixtures/cookies.ts'
import { COOKIE_NAME, plainRoutes } from '../fixtures/apps.ts'
import { mends } from '../fixtures/mends.ts'

mends('a reader whose cookie is signed by an older key stays signed in', {
  works: async (browser) => {
    await browser.get('/set/user/ada')
    await browser.rotate('by a restart')
    await browser.get('/read')
    const { user } = (await browser.get('/read')).json()
    return user === 'ada'
  },
})

mends('new cookies are signed by the new key from the moment of promotion', {
  works: async (browser) => {
    await browser.get('/set/user/ada')
    const first = signatureAndId(browser.jar.get(COOKIE_NAME))
    await browser.rotate('while running')
    // A write makes either plugin answer with the session's cookie or with none.
    const response = await browser.get('/set/user/grace')
    if (setCookieLines(response).length === 0) return false
    const second = signatureAndId(browser.jar.get(COOKIE_NAME))
    return second.id === first.id && second.signature !== first.signature
  },
})

mends('an old cookie is replaced once, not on each request', {
  works: async (browser) => {
    await browser.get('/set/user/ada')
    await browser.rotate('by a restart')
    const first = setCookieLines(await browser.get('/read'))
    const second = setCookieLines(await browser.get('/read'))
    return first.length === 1 && second.length === 0 && browser.jar.size === 1
  },
})

mends('three rotations in a row log nobody out', {
  routes: plainRoutes,
  works: async (browser) => {
    await browser.get('/set/user/ada')
    for (let i = 0; i < 3; i++) await browser.rotate('by a restart')
    await browser.get('/read')
    return (await browser.get('/read')).json().user === 'ada'
  },
})

function signatureAndId(cookie: string | undefined): { id: string; signature: string } {
  const value = decodeURIComponent(cookie ?? '')
  const dot = value.lastIndexOf('.')
  return { id: value.slice(0, dot), signature: value.slice(dot + 1) }
}
