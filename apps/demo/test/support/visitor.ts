import { startChromium } from '@keyturn/testing/chromium'
import type { Test } from 'tap'

type Browser = Awaited<ReturnType<typeof startChromium>>
type Context = Awaited<ReturnType<Browser['newContext']>>
type Page = Awaited<ReturnType<Context['newPage']>>

/** Somebody with a browser in front of the demo. */
export interface Visitor {
  readonly page: Page
  readonly context: Context
  /** Errors in the browser's console, such as of what the policy forbids. */
  readonly complaints: readonly string[]
  signIn(name: string): Promise<void>
  /** Presses a button and waits until the page answers with a sentence. */
  press(button: string, told: RegExp): Promise<void>
  text(selector: string): Promise<string>
  /** Key id that stands in a part of the page. */
  keyIn(selector: string): Promise<string>
  cookie(): Promise<string>
}

/** A browser for a test file; every visitor in it has cookies of their own. */
export async function openBrowser(t: Test): Promise<(address: string, options?: { javaScriptEnabled?: boolean }) => Promise<Visitor>> {
  const browser = await startChromium()
  t.teardown(() => browser.close())

  return async (address, { javaScriptEnabled = true } = {}) => {
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      // While the process is restarted it answers 503, cuts connections off and then does not listen; the page asks until another does.
      if (message.type() === 'error' && !/ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|status of 503/.test(message.text())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(address)
    return { ...visitor(page, context), complaints }
  }
}

function visitor(page: Page, context: Context): Omit<Visitor, 'complaints'> {
  const text = async (selector: string): Promise<string> => (await page.locator(selector).innerText()).trim()
  const press = async (button: string, told: RegExp): Promise<void> => {
    await page.getByRole('button', { name: button, exact: true }).click()
    await page.locator('#told').filter({ hasText: told }).waitFor()
  }
  return {
    page,
    context,
    press,
    text,
    async signIn(name) {
      await page.getByLabel('Your name').fill(name)
      await press('Sign in', /signed in as/)
    },
    keyIn: (selector) => text(`${selector} .key code`),
    async cookie() {
      const cookies = await context.cookies()
      return decodeURIComponent(cookies.find(({ name }) => name === 'keyturn-demo')?.value ?? '')
    },
  }
}
