import type { Tally } from '../model/tally.ts'
import type { AppServer } from '../stage/app-servers.ts'
import { type Answer, call } from './http-client.ts'

export interface Visit {
  readonly answer: Answer
  readonly begunAt: number
  readonly endedAt: number
}

export interface Page {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly cookie?: string | undefined
  /** @default any that runs, as a load balancer sends it */
  readonly server?: AppServer
}

/** Sends requests as a load balancer would, and counts what became of them. */
export interface Visits {
  readonly tally: Tally
  /** `undefined` where no good answer came. */
  go(page: Page): Promise<Visit | undefined>
}

export function createVisits(servers: readonly AppServer[], tally: Tally): Visits {
  return {
    tally,
    async go({ server = pick(servers), ...page }) {
      const begunAt = performance.now()
      const fail = (reason: string): undefined => {
        tally.failed.push({ begunAt, endedAt: performance.now(), reason, cutOff: server.killedAt >= begunAt })
      }
      try {
        const answer = await call({ ...page, origin: server.origin })
        if (answer.status !== 200) return fail(String(answer.status))
        return { answer, begunAt, endedAt: performance.now() }
      } catch (error) {
        return fail((error as { code?: string }).code ?? 'no answer')
      } finally {
        tally.requests += 1
        tally.slowestMs = Math.max(tally.slowestMs, performance.now() - begunAt)
      }
    },
  }
}

function pick(servers: readonly AppServer[]): AppServer {
  const up = servers.filter(({ running }) => running)
  const chosen = up[Math.floor(Math.random() * up.length)]
  if (chosen === undefined) throw new Error('no server runs')
  return chosen
}
