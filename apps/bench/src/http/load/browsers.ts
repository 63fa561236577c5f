import autocannon from 'autocannon'
import { type CookieJar, takeCookies } from './cookie-jar.ts'

export interface Target {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly path: string
}

export interface BrowsersOptions extends Target {
  readonly connections: number
  /** Each belongs to one connection, which uses its own in turn; `undefined`: requests carry no cookie. */
  readonly jars?: readonly CookieJar[]
  /** Ends by itself after so many requests. Default: `stop` ends it. */
  readonly amount?: number
  readonly onResponse: (status: number, milliseconds: number, bytes: number) => void
  /** What a response without a jar set. */
  readonly onCookie?: (header: string) => void
  readonly onError: () => void
}

/** Load under way: keep-alive connections, one request at a time on each, as fast as answers come. */
export interface Browsers {
  stop(): Promise<void>
  /** Resolves when `amount` is reached. */
  readonly ended: Promise<void>
}

/** How often autocannon looks whether it is to end. */
const SAMPLE_MS = 50
const NEVER_SECONDS = 24 * 3600

/** Its published types know neither event. */
interface Client {
  on(event: 'headers', listener: (response: { readonly headers: readonly string[] }) => void): unknown
  on(event: 'response', listener: () => void): unknown
  setHeaders(headers: Readonly<Record<string, string>>): void
  setRequests(requests: readonly object[]): void
}

export function startBrowsers(options: BrowsersOptions): Browsers {
  const { url, method, path, connections, jars, amount, onResponse, onError } = options
  const shares = shareJars(jars, connections)
  let next = 0
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  const instance = autocannon(
    {
      url: `${url}${path}`,
      method,
      connections,
      sampleInt: SAMPLE_MS,
      // A server that is gone would be connected to again and again, as fast as that is refused.
      bailout: 1,
      ...(amount === undefined ? { duration: NEVER_SECONDS } : { amount }),
      setupClient(client) {
        setUp(client as unknown as Client, shares[next++], options)
      },
    },
    (error: unknown) => (error === null ? resolve() : reject(error)),
  )
  instance.on('response', (_client, status, bytes, milliseconds) => onResponse(status, milliseconds, bytes))
  instance.on('reqError', onError)
  return {
    ended,
    async stop() {
      ;(instance as unknown as { stop(): void }).stop()
      await ended
    },
  }
}

function setUp(client: Client, jars: readonly CookieJar[] | undefined, { method, path, onCookie }: BrowsersOptions): void {
  let current = 0
  if (jars !== undefined) {
    client.setRequests(jars.map(({ header }) => ({ method, path, headers: { cookie: header } })))
    client.on('response', () => {
      current = (current + 1) % jars.length
    })
  }
  const jarless: CookieJar = { header: '' }
  // Comes before `response`, while the request that was answered is still the current one.
  client.on('headers', ({ headers }) => {
    const jar = jars?.[current] ?? jarless
    if (!takeCookies(jar, headers)) return
    if (jars === undefined) onCookie?.(jar.header)
    else client.setHeaders({ cookie: jar.header })
  })
}

function shareJars(jars: readonly CookieJar[] | undefined, connections: number): readonly CookieJar[][] {
  if (jars === undefined) return []
  const shares: CookieJar[][] = Array.from({ length: connections }, () => [])
  jars.forEach((jar, index) => shares[index % connections]?.push(jar))
  return shares
}
