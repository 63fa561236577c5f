import type { FastifyRequest } from 'fastify'
import type { Sql } from 'postgres'
import { readDeed } from '../page/deed.ts'
import type { PageState, SessionFacts } from '../page/page-state.ts'
import { identity } from '../process/server-identity.ts'
import { cookieFacts } from './cookie-facts.ts'
import { listDevices } from './devices.ts'
import { keysFacts } from './keys-facts.ts'
import { sessionRow } from './session-row.ts'

export interface PageSources {
  readonly sql: Sql
  readonly cookieName: string
  readonly secretFile: string
}

/** Gathers what the page shows, each fact from where it truly is. */
export async function pageState(request: FastifyRequest, { sql, cookieName, secretFile }: PageSources): Promise<PageState> {
  const { secureSession } = request.server
  const { signedInUserId: userId, session: { sessionId } } = request
  const keyring = secureSession.keyring.current
  const [{ store }, keys] = await Promise.all([secureSession.health(), keysFacts(secureSession, secretFile)])
  // The store has been asked, so its table is there now.
  const [row, devices] = await Promise.all([
    sessionRow({ sql, sessionId, userId, keyring }),
    userId === undefined ? [] : listDevices({ secureSession, userId, sessionId }),
  ])
  return {
    now: Date.now(),
    after: readDeed(request.query),
    process: { ...identity, storeName: store.name, storeLatencyMs: store.latencyMs },
    userId,
    session: sessionFacts(request),
    row,
    keys,
    cookie: cookieFacts(cookieName, request.cookies[cookieName], keyring),
    devices,
  }
}

function sessionFacts({ session }: FastifyRequest): SessionFacts {
  const { cookie: _cookie, ...data } = JSON.parse(JSON.stringify(session)) as Record<string, unknown>
  return { data, basket: session.basket ?? {} }
}
