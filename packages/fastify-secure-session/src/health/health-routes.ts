import type { StoreStatistics } from '@keyturn/session-stores'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SessionHealth } from './session-health.ts'

export interface HealthRouteOptions {
  /** Where the routes begin: `<path>/live`, `<path>/ready` and, where `showDetail` is given, `<path>`. @default '/health' */
  readonly path?: string
  /** Who may see the whole of `health()`; everybody else gets 404. @default nobody */
  readonly showDetail?: (request: FastifyRequest) => boolean | Promise<boolean>
}

export interface HealthSource {
  health(): Promise<SessionHealth>
  statistics(): Promise<StoreStatistics | undefined>
}

type UnderPressure = FastifyInstance & { isUnderPressure?: () => boolean }

// Health is to be seen while the store is down, also by a browser with a cookie.
const withoutSession = { config: { secureSession: false } } as const
const CONTENT_TYPE = 'application/health+json'

/**
 * `live`: the process answers. `ready`: it may be sent requests, that is the session store answers and, with
 * @fastify/under-pressure, the process is not overloaded; 503 otherwise.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export function addHealthRoutes(fastify: FastifyInstance, { path = '/health', showDetail }: HealthRouteOptions, { health, statistics }: HealthSource): void {
  fastify.get(`${path}/live`, withoutSession, async (_request, reply) => answer(reply, true))
  fastify.get(`${path}/ready`, withoutSession, async (_request, reply) => {
    const overloaded = (fastify as UnderPressure).isUnderPressure?.() === true
    return answer(reply, !overloaded && (await health()).status === 'ok')
  })
  if (showDetail === undefined) return
  fastify.get(path, withoutSession, async (request, reply) => {
    if (!(await showDetail(request))) return reply.callNotFound()
    const state = await health()
    const sessions = state.status === 'ok' ? describeCounts(await statistics()) : undefined
    return answer(reply, state.status === 'ok', { ...state, sessions })
  })
}

function describeCounts(counts: StoreStatistics | undefined): object | undefined {
  return counts === undefined ? undefined : { ...counts, byKeyId: Object.fromEntries(counts.byKeyId) }
}

function answer(reply: FastifyReply, pass: boolean, detail: object = {}): FastifyReply {
  return reply
    .code(pass ? 200 : 503)
    .header('content-type', CONTENT_TYPE)
    .header('cache-control', 'no-store')
    .send(JSON.stringify({ ...detail, status: pass ? 'pass' : 'fail' }))
}
