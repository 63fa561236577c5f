import { request } from 'node:http'
import t from 'tap'
import { startDemo } from './support/demo.ts'

t.test('only the page of the demo can make a browser act', async (t) => {
  const { address } = await startDemo(t)
  const body = new URLSearchParams({ name: 'Ada' }).toString()
  const post = (headers: Record<string, string>): Promise<number | undefined> => send(address, { headers, body })

  t.equal(await post({ origin: address }), 303, 'its own origin')
  t.equal(await post({}), 403, 'no origin')
  t.equal(await post({ origin: 'null' }), 403)
  t.equal(await post({ origin: 'https://attacker.example' }), 403, 'another site')
  t.equal(await post({ origin: 'http://127.0.0.1:1' }), 403, 'another program on this machine: same site, another origin')
  const rebound = { host: 'attacker.example', origin: 'http://attacker.example' }
  t.equal(await post(rebound), 403, 'a site whose name resolves to this machine')
})

t.test('the policy forbids every script and style but the two files', async (t) => {
  const { address } = await startDemo(t)
  const response = await fetch(address)
  const policy = response.headers.get('content-security-policy') ?? ''
  t.match(policy, "default-src 'none'")
  t.match(policy, "script-src 'self'")
  t.notMatch(policy, 'unsafe')
  t.equal(response.headers.get('cache-control'), 'no-store')
  const page = await response.text()
  t.notMatch(page, /<script(?![^>]*src=)/, 'none is written into the page')
  t.notMatch(page, /<style|style=/)
  t.notMatch(page, /(src|href)="(https?:)?\/\//, 'and nothing comes from elsewhere')
})

interface Post {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

// `fetch` does not let a caller choose the Host header.
function send(address: string, { headers, body }: Post): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${address}/sign-in`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.once('error', reject).end(body)
  })
}
