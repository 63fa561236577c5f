import { randomBytes } from 'node:crypto'
import type { SessionStore, StoredSession } from '../store.ts'
import { createNews, type TellNews } from './chain-events.ts'
import { catchUp, reconcile } from './chain-passes.ts'
import type { Bearing } from './course.ts'
import type { ChainLinks, ResolvedFailoverOptions } from './failover-options.ts'
import { createFirstCalls, type Followed } from './first-calls.ts'
import { createHelm, type Helm } from './helm.ts'
import { createLastCalls, moveUp } from './last-calls.ts'
import { createLedger } from './ledger.ts'
import { limitWait } from './link-calls.ts'
import type { HelmSecond } from './link-watches.ts'
import { createMirror, type Mirror } from './mirror.ts'
import { createOperations, type Operations } from './operations.ts'
import type { PlaceCalls } from './place-calls.ts'
import { createPresence } from './presence.ts'
import { createSecondCalls } from './second-calls.ts'
import { createSweeper, type Sweeper } from './sweeper.ts'
import { createWarmCopies, type WarmCopies } from './warm-copies.ts'

export interface ChainParts {
  readonly helm: Helm
  readonly mirror: Mirror | undefined
  readonly operations: Operations
  /** There where the last link is one of memory. */
  readonly warm: WarmCopies | undefined
  close(): Promise<void>
}

/** A step of bringing a link up takes many sessions: it is given longer than a request. */
const PASS_STEPS = 10

/** What a chain consists of, put together. */
export function createParts(links: ChainLinks, settings: ResolvedFailoverOptions): ChainParts {
  const { first, second, last } = links
  const { clock, name: chain, onEvent } = settings
  const now = (): number => clock.now()
  const instance = randomBytes(8).toString('hex')
  const tell = createNews({ chain, now, onEvent })
  const beside = second && openSecond({ first, second, settings, instance, tell, helm: () => helm })
  const warm = last && createWarmCopies(settings)
  const helm: Helm = createHelm({
    links,
    settings,
    instance,
    tell,
    followed: beside,
    onFirstLeft() {
      operations.abandon(first.name)
      beside?.mirror.leaveFirst()
    },
    async moveUp(place) {
      const to = links[place]
      if (last === undefined || to === undefined) return
      const onMoved = (sessions: readonly StoredSession[]): void => {
        if (place === 'first') for (const session of sessions) beside?.mirror.note(session)
      }
      const result = await moveUp({ last, to, onMoved })
      tell({ type: 'reconciled', link: to.name, ...result })
    },
  })
  const sweeper = second && openSweeper(first, second, settings, helm)
  const followed: Followed | undefined = beside && {
    second: beside.second,
    mirror: beside.mirror,
    secondAnswers: () => helm.secondAnswers,
    onFailure: (error) => helm.doubt('second', error),
    sweepLater: (ownerTag, except) => sweeper?.later(ownerTag, except),
  }
  const revoke = async (ownerTag: Buffer, except: Buffer | undefined): Promise<void> =>
    beside?.ledger.revoke(ownerTag, except)
  const calls: Record<Bearing['place'] | 'both', PlaceCalls | undefined> = {
    first: createFirstCalls({ first, followed, now }),
    second: second && createSecondCalls({ second, both: undefined, now, revoke }),
    both: second && createSecondCalls({ second, both: first, now, revoke }),
    last: last && warm && createLastCalls({ chain, last, warm, now }),
  }
  const nameOf = ({ place }: Bearing): string => links[place]?.name ?? chain
  const callsAt = ({ place, dual }: Bearing): PlaceCalls => (dual ? calls.both : calls[place]) as PlaceCalls
  const operations = createOperations({ helm, settings, callsAt, nameOf })

  return {
    helm,
    mirror: beside?.mirror,
    operations,
    warm,
    async close() {
      sweeper?.close()
      await beside?.mirror.close()
      await beside?.presence.close(beside.mirror.pending)
      await helm.close()
    },
  }
}

interface SecondOptions {
  readonly first: SessionStore
  readonly second: SessionStore
  readonly settings: ResolvedFailoverOptions
  readonly instance: string
  readonly tell: TellNews
  /** There as soon as something happens. */
  readonly helm: () => Helm
}

function openSecond({ first, second, settings, instance, tell, helm }: SecondOptions): HelmSecond {
  const { clock, batchSize, timeoutMs, name } = settings
  const ledger = createLedger(second, instance, clock)
  const mirror = createMirror({
    first,
    second,
    settings,
    firstReadable: () => helm().firstServes,
    onFailure: (error) => void helm().doubt('second', error),
    onOverflow: () => tell({ type: 'mirror-behind', link: second.name, pending: 0 }),
  })
  const presence = createPresence({
    instance,
    first,
    settings,
    firstServes: () => helm().firstServes && helm().heading === 'first',
    isBehind: () => helm().breakers.second?.state === 'open' || mirror.overflowed,
  })
  const within = <T>(work: Promise<T>): Promise<T> => limitWait(work, PASS_STEPS * timeoutMs, name, clock)
  const passes = { first, second, ledger, batchSize, within }
  return {
    second,
    ledger,
    mirror,
    presence,
    reconcile: (signal) => reconcile(passes, signal),
    catchUp: (signal) => catchUp(passes, signal),
  }
}

function openSweeper(first: SessionStore, second: SessionStore, settings: ResolvedFailoverOptions, helm: Helm): Sweeper {
  const { clock, maxDelayMs, leaseMs } = settings
  return createSweeper({
    first,
    second,
    clock,
    afterMs: 2 * maxDelayMs + leaseMs,
    firstServes: () => helm.firstServes && helm.heading === 'first' && helm.secondAnswers,
  })
}
