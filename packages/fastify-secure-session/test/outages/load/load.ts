import type { AppServer } from '../stage/app-servers.ts'
import type { VirtualUser } from './virtual-user.ts'

export interface Load {
  /** No request begins any more; resolves when none is under way. */
  stop(): Promise<void>
}

const TICK_MS = 10
const CHECKED_AT_ONCE = 16

/** Sends requests at a steady rate, however slow the answers are. */
export function startLoad(users: readonly VirtualUser[], perSecond: number): Load {
  const underWay = new Set<Promise<void>>()
  const startedAt = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (const due = ((performance.now() - startedAt) * perSecond) / 1000; sent < due; sent++) {
      const user = pickFree(users)
      if (user === undefined) continue
      const act = user.act()
      underWay.add(act)
      void act.finally(() => underWay.delete(act))
    }
  }, TICK_MS)
  return {
    async stop() {
      clearInterval(timer)
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
  }
}

/** Signs everybody in, a few at a time. */
export async function signAllIn(users: readonly VirtualUser[]): Promise<void> {
  await inTurns(users, (user) => user.signIn())
}

/** Looks at every user's session, and at all that ended, on each server. */
export async function verifyAll(users: readonly VirtualUser[], servers: readonly AppServer[]): Promise<void> {
  for (const server of servers) await inTurns(users, (user) => user.verify(server))
}

async function inTurns(users: readonly VirtualUser[], work: (user: VirtualUser) => Promise<void>): Promise<void> {
  const waiting = [...users]
  await Promise.all(
    Array.from({ length: CHECKED_AT_ONCE }, async () => {
      for (let user = waiting.pop(); user !== undefined; user = waiting.pop()) await work(user)
    }),
  )
}

function pickFree(users: readonly VirtualUser[]): VirtualUser | undefined {
  const from = Math.floor(Math.random() * users.length)
  return [...users.slice(from), ...users.slice(0, from)].find((user) => user.isFree())
}
