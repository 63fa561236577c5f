import { setTimeout as sleep } from 'node:timers/promises'
import { createSessionModel, type SessionModel, type Sight } from '../model/session-model.ts'
import type { AppServer } from '../stage/app-servers.ts'
import type { Page, Visit, Visits } from './visits.ts'

/** One user with one browser. Remembers the cookies of ended sessions, as a thief would. */
export interface VirtualUser {
  /** Whether another request may begin. */
  isFree(): boolean
  /** One thing that users do, chosen at random. */
  act(): Promise<void>
  signIn(): Promise<void>
  /** Looks on one server whether everything is as it must be. */
  verify(server: AppServer): Promise<void>
}

export interface UserHabits {
  /** The load balancer keeps each user on one server. */
  readonly sticky?: boolean
  /** Users never end all of their sessions at once. */
  readonly neverEndAll?: boolean
}

export interface NewUser {
  readonly name: string
  readonly visits: Visits
  /** Where the load balancer sends this user. @default any that runs */
  readonly home?: AppServer | undefined
  readonly neverEndAll?: boolean | undefined
}

const MOST_AT_ONCE = 2
const SIGN_OUT_ATTEMPTS = 50

export function createVirtualUser({ name, visits: { tally, go }, home, neverEndAll = false }: NewUser): VirtualUser {
  const visits = { go: (page: Page) => go(home?.running === true ? { server: home, ...page } : page) }
  const ended: SessionModel[] = []
  let session: SessionModel | undefined
  let underWay = 0
  let alone = false

  function judge(model: SessionModel, { answer, begunAt, endedAt }: Visit): void {
    const sight: Sight = answer.cookie === null ? { user: null, writes: [] } : { user: answer.body.user ?? null, writes: answer.body.writes ?? [] }
    tally.findings.push(...model.see(sight, begunAt, endedAt))
    if (model.state === 'logged-out' && session === model) session = undefined
  }

  async function signIn(): Promise<void> {
    const visit = await visits.go({ method: 'POST', path: `/sign-in/${name}` })
    if (typeof visit?.answer.cookie !== 'string') return
    tally.signIns += 1
    session = createSessionModel({ user: name, cookie: visit.answer.cookie, signedInAt: visit.endedAt })
  }

  async function read(model: SessionModel, server?: AppServer): Promise<void> {
    const visit = await visits.go({ method: 'GET', path: '/read', cookie: model.cookie, ...(server === undefined ? {} : { server }) })
    if (visit !== undefined) judge(model, visit)
  }

  async function write(model: SessionModel): Promise<void> {
    const number = model.beginWrite()
    const visit = await visits.go({ method: 'POST', path: `/write/${number}`, cookie: model.cookie })
    if (visit === undefined) return
    judge(model, visit)
    if (model.state !== 'live') return
    tally.writes += 1
    model.acknowledgeWrite(number, visit.endedAt)
  }

  // Insists until a server says that it is done; a write may be under way meanwhile, which must not revive it.
  async function end(model: SessionModel, page: { readonly path: string; readonly cookie?: string }): Promise<void> {
    model.beginEnd()
    session = undefined
    const race = Math.random() < 0.2 ? write(model) : undefined
    for (let attempt = 1; attempt <= SIGN_OUT_ATTEMPTS; attempt++) {
      const visit = await visits.go({ method: 'POST', ...page })
      if (visit === undefined) {
        await sleep(200)
        continue
      }
      model.acknowledgeEnd(visit.endedAt)
      tally.ended += 1
      ended.push(model)
      break
    }
    await race
  }

  async function probe(): Promise<void> {
    const model = ended[Math.floor(Math.random() * ended.length)]
    if (model !== undefined) await probeEnded(model)
  }

  async function probeEnded(model: SessionModel, server?: AppServer): Promise<void> {
    const before = tally.findings.length
    await read(model, server)
    // Counted once.
    if (tally.findings.slice(before).some(({ kind }) => kind === 'came-back')) ended.splice(ended.indexOf(model), 1)
  }

  function choose(): { readonly work: () => Promise<void>; readonly exclusive: boolean } {
    const model = session
    const dice = Math.random()
    if (dice < 0.08 && ended.length > 0) return { work: probe, exclusive: false }
    if (model === undefined) return { work: signIn, exclusive: true }
    if (underWay === 0 && dice < 0.11) return { work: () => end(model, { path: '/sign-out', cookie: model.cookie }), exclusive: true }
    if (underWay === 0 && dice < 0.12 && !neverEndAll) return { work: () => end(model, { path: `/end-all/${name}` }), exclusive: true }
    if (dice < 0.4) return { work: () => write(model), exclusive: false }
    return { work: () => read(model), exclusive: false }
  }

  return {
    isFree: () => !alone && underWay < MOST_AT_ONCE && (session !== undefined || underWay === 0),
    async act() {
      const { work, exclusive } = choose()
      underWay += 1
      alone = exclusive
      try {
        await work()
      } finally {
        underWay -= 1
        if (exclusive) alone = false
      }
    },
    signIn,
    async verify(server) {
      if (session !== undefined) await read(session, server)
      for (const model of ended.slice()) await probeEnded(model, server)
    },
  }
}
