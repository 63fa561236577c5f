import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { findFreePort } from '../ports/free-port.ts'
import { createLink } from './link.ts'
import type { Conditions, Link } from './link.ts'

export interface ProxyOptions {
  /** Host of the server behind. Default: 127.0.0.1. */
  readonly host?: string
  /** Port of the server behind. */
  readonly port: number
}

/** A TCP proxy on 127.0.0.1 whose line to the server behind it can be made bad. */
export interface Proxy {
  readonly host: string
  readonly port: number
  /** Connections that are open now. */
  readonly openConnections: number
  /** Connections that were accepted since the start. */
  readonly totalConnections: number
  /** The same URL with the proxy's host and port. */
  url(original: string): string
  /** Holds back each piece of data by this much, both ways; those on their way as well. Zero: not at all. */
  delay(ms: number): void
  /** Resets all connections and refuses new ones. */
  cut(): Promise<void>
  /**
   * Connections are accepted and nothing comes through; open ones freeze. With `only: 'replies'` the server behind
   * still hears what is sent to it, as when an answer is lost.
   */
  blackHole(options?: { readonly only?: 'replies' }): void
  /** Makes the line good again, without delay. Frozen connections go on where they stopped. */
  restore(): Promise<void>
  /** Ends all connections and the proxy. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const PORT_ATTEMPTS = 20

/** @throws {TypeError} a port that is none. */
export async function startProxy({ host = '127.0.0.1', port: portBehind }: ProxyOptions): Promise<Proxy> {
  if (!(Number.isInteger(portBehind) && portBehind >= 1 && portBehind <= 65_535)) throw new TypeError('startProxy: port must be a whole number from 1 to 65535')
  const links = new Set<Link>()
  const conditions: { -readonly [name in keyof Conditions]: Conditions[name] } = { delayMs: 0, requests: 'flow', replies: 'flow' }
  let totalConnections = 0

  const accept = (client: Socket): void => {
    totalConnections++
    const link = createLink(client, () => connect({ host, port: portBehind, allowHalfOpen: true, noDelay: true }), conditions)
    links.add(link)
    client.once('close', () => links.delete(link))
  }
  const change = (changes: Partial<Conditions>): void => {
    Object.assign(conditions, changes)
    for (const link of links) link.update()
  }
  const { port, server: first } = await listenSomewhere(accept)
  let listener: Server | undefined = first

  async function cut(): Promise<void> {
    const closed = listener === undefined ? undefined : closeServer(listener)
    listener = undefined
    for (const link of links) link.reset()
    await closed
  }

  return {
    host: '127.0.0.1',
    port,
    get openConnections() { return links.size },
    get totalConnections() { return totalConnections },
    url(original) {
      const url = new URL(original)
      url.hostname = '127.0.0.1'
      url.port = String(port)
      return url.href
    },
    delay(ms) {
      if (!(Number.isFinite(ms) && ms >= 0)) throw new TypeError('delay: ms must be a finite number, zero or more')
      change({ delayMs: ms })
    },
    cut,
    blackHole({ only } = {}) { change({ requests: only === undefined ? 'hold' : 'flow', replies: 'hold' }) },
    async restore() {
      change({ delayMs: 0, requests: 'flow', replies: 'flow' })
      listener ??= await listen(port, accept)
    },
    close: cut,
    [Symbol.asyncDispose]: cut,
  }
}

async function listenSomewhere(accept: (client: Socket) => void): Promise<{ port: number, server: Server }> {
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort()
    try {
      return { port, server: await listen(port, accept) }
    } catch (error) {
      if (attempt === PORT_ATTEMPTS) throw error
    }
  }
}

function listen(port: number, accept: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept)
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1' }, () => resolve(server))
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => server.close(() => resolve()))
}
