import { deepStrictEqual } from 'node:assert/strict'
import { createSampleSession } from '../app/sample-session.ts'
import { SessionNotKeptError } from '../errors.ts'
import { type CookieJar, takeCookies } from '../load/cookie-jar.ts'
import type { RunningServer } from '../run/server-process.ts'

/** Someone who signed in, and what must be in the session. */
export interface SignedIn {
  readonly jar: CookieJar
  readonly expected: object
}

const BYTES = 500

/**
 * Proves that a server keeps sessions as its measurements suppose: whole, apart from each other, changed by a change,
 * and only for the cookie that it gave.
 *
 * @returns Who signed in, for `stillKeeps`.
 * @throws {SessionNotKeptError} KEYTURN_BENCH_SESSION_NOT_KEPT: what was not as it should be.
 */
export async function checkKeepsSessions(server: RunningServer): Promise<SignedIn[]> {
  const [first, second] = [await signIn(server), await signIn(server)]
  await expectStatus(server, { path: '/read', jar: first.jar, status: 200 })
  await expectStatus(server, { path: '/read', jar: { header: '' }, status: 401 })
  await expectStatus(server, { path: '/read', jar: forge(first.jar), status: 401 })
  await expectStatus(server, { path: '/anonymous', jar: { header: '' }, status: 200 })
  for (const count of [1, 2]) {
    const answer = await request(server, { method: 'POST', path: '/change', jar: first.jar })
    expectEqual(server, { actual: answer.body, expected: { count }, what: 'did not keep a change' })
  }
  const users = [{ ...first, expected: { ...first.expected, count: 2 } }, second]
  await checkStillKeeps(server, users)
  return users
}

/** @throws {SessionNotKeptError} KEYTURN_BENCH_SESSION_NOT_KEPT */
export async function checkStillKeeps(server: RunningServer, users: readonly SignedIn[]): Promise<void> {
  for (const { jar, expected } of users) {
    const { body } = await request(server, { method: 'GET', path: '/whole', jar })
    expectEqual(server, { actual: body, expected, what: 'gave back another session than was stored' })
  }
}

/** A limit keeps nothing; it must still refuse who has no key, or it measures nothing. */
export async function checkLimit(server: RunningServer): Promise<void> {
  const jar: CookieJar = { header: '' }
  await request(server, { method: 'POST', path: `/sign-in?bytes=${BYTES}`, jar })
  await expectStatus(server, { path: '/read', jar, status: 200 })
  if (server.entry.name === 'limit-bare') return
  await expectStatus(server, { path: '/read', jar: forge(jar), status: 401 })
}

async function signIn(server: RunningServer): Promise<SignedIn> {
  const jar: CookieJar = { header: '' }
  const { body } = await request(server, { method: 'POST', path: `/sign-in?bytes=${BYTES}`, jar })
  const userId = (body as { userId?: unknown }).userId
  if (jar.header === '' || typeof userId !== 'string') throw new SessionNotKeptError(server.entry.name, 'gave no cookie to a user who signed in')
  return { jar, expected: createSampleSession(userId, BYTES) }
}

/** Another cookie of the same length: the middle stands for the id, whatever the format. */
function forge({ header }: CookieJar): CookieJar {
  const at = header.indexOf('=') + Math.floor((header.length - header.indexOf('=')) / 2)
  return { header: `${header.slice(0, at)}${header[at] === 'A' ? 'B' : 'A'}${header.slice(at + 1)}` }
}

interface CheckedRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly jar: CookieJar
}

async function request({ url }: RunningServer, { method, path, jar }: CheckedRequest): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}${path}`, { method, headers: jar.header === '' ? {} : { cookie: jar.header } })
  takeCookies(jar, response.headers.getSetCookie().flatMap((value) => ['set-cookie', value]))
  return { status: response.status, body: await response.json() }
}

async function expectStatus(server: RunningServer, { path, jar, status }: Omit<CheckedRequest, 'method'> & { status: number }): Promise<void> {
  // A copy: what a refusal clears must not be lost for the next request.
  const answer = await request(server, { method: 'GET', path, jar: { ...jar } })
  if (answer.status !== status) throw new SessionNotKeptError(server.entry.name, `answered GET ${path} with ${answer.status} in place of ${status}`)
}

function expectEqual(server: RunningServer, { actual, expected, what }: { actual: unknown; expected: unknown; what: string }): void {
  try {
    deepStrictEqual(actual, expected)
  } catch {
    throw new SessionNotKeptError(server.entry.name, `${what}: ${JSON.stringify(actual)} in place of ${JSON.stringify(expected)}`)
  }
}
