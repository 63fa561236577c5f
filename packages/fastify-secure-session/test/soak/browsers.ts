import { Agent, request } from 'node:http'

export interface Tally {
  /** Good answers by what was asked for. */
  readonly done: Record<string, number>
  /** Answers of 503: the store was down. */
  unavailable: number
  /** Anything else: there must be none. */
  readonly wrong: Map<string, number>
}

/** Many browsers with one session each, at a steady rate. */
export interface Browsers {
  readonly tally: Tally
  start(): void
  /** No request is under way any more, and no connection is open. */
  stop(): Promise<void>
}

interface Browser {
  readonly user: string
  cookie: string | undefined
  busy: boolean
}

const TICK_MS = 20
const CONNECTIONS = 50
/** While the store is away requests wait for it: more of them would only queue up here. */
const MOST_UNDER_WAY = 500

export function createBrowsers({ url, rate, count = 1000 }: { readonly url: string; readonly rate: number; readonly count?: number }): Browsers {
  const browsers: Browser[] = Array.from({ length: count }, (_, i) => ({ user: `user-${i}`, cookie: undefined, busy: false }))
  const tally: Tally = { done: {}, unavailable: 0, wrong: new Map() }
  let agent = newAgent()
  let underWay = 0
  let timer: NodeJS.Timeout | undefined

  async function visit(browser: Browser): Promise<void> {
    const [method, path, name] = choose(browser)
    browser.busy = true
    underWay += 1
    try {
      const { status, cookie, body } = await send(agent, { method, url: url + path, cookie: browser.cookie })
      if (cookie !== undefined) browser.cookie = cookie === '' ? undefined : cookie
      if (status === 503) tally.unavailable += 1
      else if (status !== 200 || (name === 'read' && !body.includes(`"${browser.user}"`))) note(`${name}: ${status} ${body.slice(0, 80)}`)
      else tally.done[name] = (tally.done[name] ?? 0) + 1
    } catch (error) {
      note(`${name}: ${String(error)}`)
    } finally {
      browser.busy = false
      underWay -= 1
    }
  }

  function note(what: string): void {
    tally.wrong.set(what, (tally.wrong.get(what) ?? 0) + 1)
  }

  return {
    tally,
    start() {
      const startedAt = performance.now()
      let sent = 0
      timer = setInterval(() => {
        const due = Math.floor(((performance.now() - startedAt) / 1000) * rate)
        for (; sent < due; sent++) {
          const browser = browsers[Math.floor(Math.random() * browsers.length)]
          if (browser !== undefined && !browser.busy && underWay < MOST_UNDER_WAY) void visit(browser)
        }
      }, TICK_MS)
    },
    async stop() {
      clearInterval(timer)
      while (underWay > 0) await new Promise((resolve) => setTimeout(resolve, TICK_MS))
      agent.destroy()
      agent = newAgent()
    },
  }
}

/** Of a hundred requests of somebody who is signed in: 2 sign out, 10 write, the others read. */
function choose({ user, cookie }: Browser): ['GET' | 'POST', string, string] {
  if (cookie === undefined) return ['POST', `/sign-in/${user}`, 'sign-in']
  const dice = Math.random() * 100
  if (dice < 2) return ['POST', '/sign-out', 'sign-out']
  return dice < 12 ? ['POST', '/write', 'write'] : ['GET', '/me', 'read']
}

function newAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
}

interface Sent {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly cookie: string | undefined
}

/** `cookie`: what the reply set, empty where it cleared it. */
function send(agent: Agent, { method, url, cookie }: Sent): Promise<{ status: number; cookie: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers: cookie === undefined ? {} : { cookie } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const line = response.headers['set-cookie']?.[0]
        const set = line === undefined ? undefined : /Max-Age=0/i.test(line) ? '' : line.split(';', 1)[0]
        resolve({ status: response.statusCode ?? 0, cookie: set, body: Buffer.concat(chunks).toString() })
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}
