import { Agent, request as send } from 'node:http'

export interface Answer {
  readonly status: number
  readonly body: { readonly user?: string | null; readonly writes?: readonly number[] }
  /** The session cookie that the server set; `null` where it told the browser to drop it. */
  readonly cookie: string | null | undefined
}

export interface Call {
  readonly method: 'GET' | 'POST'
  readonly origin: string
  readonly path: string
  readonly cookie?: string | undefined
}

const COOKIE = 'sid'
/** Far beyond any goal: whoever waits this long has been hung up on. */
const GIVE_UP_MS = 20_000
const agent = new Agent({ keepAlive: true })

/** One request of a browser. Rejects where no whole answer came. */
export function call({ method, origin, path, cookie }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = cookie === undefined ? {} : { cookie: `${COOKIE}=${cookie}` }
    const request = send(origin + path, { method, agent, headers, timeout: GIVE_UP_MS }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => void (text += piece))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parse(text), cookie: cookieOf(response.headers['set-cookie']) }))
    })
    request.on('timeout', () => request.destroy(new Error('no answer')))
    request.on('error', reject)
    request.end()
  })
}

function parse(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body']
  } catch {
    return {}
  }
}

function cookieOf(lines: readonly string[] = []): string | null | undefined {
  const line = lines.findLast((candidate) => candidate.startsWith(`${COOKIE}=`))
  if (line === undefined) return undefined
  const value = line.slice(COOKIE.length + 1).split(';', 1)[0] ?? ''
  return /max-age=0\b/i.test(line) || value === '' ? null : value
}
