import t from 'tap'
import { demoFolder, startDemo } from '../support/demo.ts'
import { openBrowser } from '../support/visitor.ts'

const NAME = 'Ada Lovelace'

t.test('a visitor signs in, the secret is rotated, the process restarted: signed in all the while', async (t) => {
  const demo = await startDemo(t)
  const visit = await openBrowser(t)
  const ada = await visit(demo.address)

  t.equal(await ada.text('#row .nothing'), 'No row.', 'who stores nothing costs no row')
  await ada.press('apple', /basket changed/)
  const anonymousId = idIn(await ada.cookie())
  await ada.signIn(NAME)
  t.not(idIn(await ada.cookie()), anonymousId, 'signing in takes a new session id')
  t.match(await ada.text('#session .data'), /"apple": 1/, 'the basket came along')
  t.match(await ada.text('#session .data'), NAME, 'the application knows the name')
  await ada.press('plum', /basket changed/)

  const firstKey = await ada.keyIn('#row [data-column=key_id]')
  const cookie = await ada.cookie()
  const row = await rowOf(ada)
  for (const secret of [NAME, 'Ada', 'apple', 'basket', idIn(cookie), cookie]) {
    t.notOk(row.includes(secret), 'the row does not hold it in clear')
    t.notOk(row.includes(Buffer.from(secret).toString('hex')), 'nor in hexadecimal')
  }
  t.notOk(row.includes(Buffer.from(idIn(cookie), 'base64url').toString('hex')), 'nor the bytes of the id')
  t.notOk((await ada.page.content()).includes(idIn(cookie)), 'and the page does not show the id that the cookie keeps from scripts')
  t.equal(await ada.keyIn('#signed-by'), firstKey)

  await ada.press('Rotate the secret', /rotated. You are still signed in as Ada Lovelace/)
  await ada.page.locator('main:not([data-settling])').waitFor()
  const secondKey = await ada.keyIn('#row [data-column=key_id]')
  t.not(secondKey, firstKey, 'the row is sealed again under another key')
  t.equal(await ada.keyIn('#keys [data-state=primary]'), secondKey, 'which is the primary')
  t.match(await ada.text('#keys [data-state=primary]'), '1 session sealed under it')
  t.match(await ada.text('#keys [data-state=retiring]'), '0 sessions sealed under it')
  t.equal(await ada.keyIn('#keys [data-state=retiring]'), firstKey, 'and the one before retires')
  t.equal(await ada.keyIn('#signed-by'), secondKey, 'the cookie is signed by it')
  t.equal(idIn(await ada.cookie()), idIn(cookie), 'for the same session')
  t.not(await ada.cookie(), cookie)
  t.not((await rowOf(ada)), row)
  t.match(await ada.text('#session .data'), /"plum": 1/)

  const process = await ada.text('[data-watch=process]')
  await ada.press('Restart the process', /Another process answers now. You are still signed in as Ada Lovelace/)
  t.not(await ada.text('[data-watch=process]'), process, 'it is another process')
  t.match(await ada.text('#session .data'), /"plum": 1/)
  t.equal(await ada.keyIn('#keys [data-state=primary]'), secondKey, 'with the same keys')

  const copy = await ada.cookie()
  await ada.press('Sign out', /signed out, and the row is gone/)
  t.equal(await ada.cookie(), '', 'the cookie is cleared')
  t.equal(await ada.text('#row .nothing'), 'No row.')
  await ada.context.addCookies([{ name: 'keyturn-demo', value: encodeURIComponent(copy), url: demo.address }])
  await ada.page.reload()
  t.ok(await ada.page.getByLabel('Your name').isVisible(), 'a copy of the cookie opens nothing any more')
  t.strictSame(ada.complaints, [], 'the browser has nothing to complain about')
})

t.test('sessions and secret outlive the demo', async (t) => {
  const folder = demoFolder(t)
  const visit = await openBrowser(t)
  const first = await startDemo(t, { DEMO_FOLDER: folder })
  const ada = await visit(first.address)
  await ada.signIn(NAME)
  const key = await ada.keyIn('#keys [data-state=primary]')
  await first.process.kill()

  const second = await startDemo(t, { DEMO_FOLDER: folder })
  await ada.page.goto(second.address)
  t.match(await ada.text('h1'), `Signed in as ${NAME}`)
  t.equal(await ada.keyIn('#keys [data-state=primary]'), key)
})

t.test('everything works without script', async (t) => {
  const demo = await startDemo(t)
  const visit = await openBrowser(t)
  const ada = await visit(demo.address, { javaScriptEnabled: false })
  await ada.signIn('Ada')
  const key = await ada.keyIn('#signed-by')
  await ada.press('Rotate the secret', /rotated/)
  await ada.page.goto(demo.address)
  t.not(await ada.keyIn('#signed-by'), key)
  await ada.page.getByRole('button', { name: 'Restart the process' }).click()
  await ada.page.locator('#told').filter({ hasText: /Another process answers now. You are still signed in as Ada/ }).waitFor()
})

interface Reader {
  readonly page: { locator(selector: string): { allInnerTexts(): Promise<string[]> } }
}

async function rowOf({ page }: Reader): Promise<string> {
  const values = await page.locator('#row dd code').allInnerTexts()
  return values.join('\n')
}

function idIn(cookie: string): string {
  return cookie.slice(0, cookie.lastIndexOf('.'))
}
