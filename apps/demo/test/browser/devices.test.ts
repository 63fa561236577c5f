import t from 'tap'
import { startDemo } from '../support/demo.ts'
import { openBrowser } from '../support/visitor.ts'

t.test('a user sees every session of theirs, and ends the others from any of them', async (t) => {
  const demo = await startDemo(t)
  const visit = await openBrowser(t)
  const laptop = await visit(demo.address)
  const phone = await visit(demo.address)
  const stranger = await visit(demo.address)
  await laptop.signIn('Ada')
  await phone.signIn('Ada')
  await stranger.signIn('Mallory')

  await laptop.page.reload()
  t.equal(await laptop.page.locator('.devices li').count(), 2)
  t.equal(await stranger.page.locator('.devices li').count(), 1, 'nobody sees the sessions of others')
  const phoneKey = await laptop.page.getByRole('button', { name: /End the session on/ }).getAttribute('value')

  await t.test('a session of somebody else cannot be ended by its key', async (t) => {
    await stranger.page.evaluate((key) => fetch('/devices/end', { method: 'POST', body: new URLSearchParams({ key }) }), phoneKey ?? '')
    await phone.page.reload()
    t.match(await phone.text('h1'), 'Signed in as Ada')
  })

  await laptop.press(await buttonName(laptop), /That session has ended/)
  t.equal(await laptop.page.locator('.devices li').count(), 1)
  await phone.page.reload()
  t.ok(await phone.page.getByLabel('Your name').isVisible(), 'the phone is signed out')
  t.equal(await phone.cookie(), '')

  await phone.signIn('Ada')
  await laptop.page.reload()
  await laptop.press('End all the others', /That session has ended/)
  await phone.page.reload()
  t.ok(await phone.page.getByLabel('Your name').isVisible())
  await laptop.page.reload()
  t.match(await laptop.text('h1'), 'Signed in as Ada', 'this one goes on')
})

async function buttonName({ page }: { page: { getByRole(role: 'button', options: { name: RegExp }): { getAttribute(name: string): Promise<string | null> } } }): Promise<string> {
  return (await page.getByRole('button', { name: /End the session on/ }).getAttribute('aria-label')) ?? ''
}
