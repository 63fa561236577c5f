import type { SessionStore, StoredSession } from '../store.ts'
import { createNews, type TellNews } from './chain-events.ts'
import { catchUp, type ChainPassOptions, reconcile } from './chain-passes.ts'
import type { ChainLinks, ResolvedFailoverOptions } from './failover-options.ts'
import { createFirstCalls, type Followed } from './first-calls.ts'
import { type Bearing, createHelm, type Helm, type Place } from './helm.ts'
import { createLastCalls, moveUp } from './last-calls.ts'
import { createLedger } from './ledger.ts'
import { limitWait } from './link-calls.ts'
import { createMirror, type Mirror } from './mirror.ts'
import { createOperations, type Operations } from './operations.ts'
import type { PlaceCalls } from './place-calls.ts'
import { createPresence } from './presence.ts'
import { createSecondCalls } from './second-calls.ts'
import { createSweeper, type Sweeper } from './sweeper.ts'

export interface ChainParts {
  readonly helm: Helm
  readonly mirror: Mirror | undefined
  readonly operations: Operations
  close(): Promise<void>
}

const PASS_STEPS = 10

/** What a chain consists of, put together. */
export function createParts(links: ChainLinks, settings: ResolvedFailoverOptions): ChainParts {
  const { first, second, last } = links
  const { clock, batchSize, name: chain, onEvent } = settings
  const now = (): number => clock.now()
  const tell = createNews({ chain, now, onEvent })
  const ledger = second === undefined ? undefined : createLedger(second, clock)
  const mirror = second === undefined ? undefined : openMirror(first, second, settings, () => helm, tell)
  const presence = ledger && createPresence({
    instance: ledger.instance,
    first,
    settings,
    firstServes: () => helm.firstServes && helm.heading === 'first',
    isBehind: () => !helm.secondAnswers || mirror?.overflowed === true,
  })
  // A step takes many sessions: it is given longer than a request.
  const within = <T>(work: Promise<T>): Promise<T> => limitWait(work, PASS_STEPS * settings.timeoutMs, chain, clock)
  const passes = ledger === undefined || second === undefined ? undefined : { first, second, ledger, batchSize, within }
  const helm: Helm = createHelm({
    links,
    settings,
    ledger,
    mirror,
    presence,
    tell,
    reconcile: (signal) => reconcile(passes as ChainPassOptions, signal),
    catchUp: (signal) => catchUp(passes as ChainPassOptions, signal),
    async moveUp(place) {
      const to = links[place]
      if (last === undefined || to === undefined) return
      const onMoved = (sessions: readonly StoredSession[]): void => {
        if (place === 'first') for (const session of sessions) mirror?.note(session)
      }
      const result = await moveUp({ last, to, onMoved })
      tell({ type: 'reconciled', link: to.name, ...result })
    },
  })
  const sweeper = second === undefined ? undefined : openSweeper(first, second, settings, helm)
  const followed: Followed | undefined =
    second === undefined || mirror === undefined
      ? undefined
      : {
          second,
          mirror,
          secondAnswers: () => helm.secondAnswers,
          onFailure: (error) => helm.doubt('second', error),
          sweepLater: (ownerTag, except) => sweeper?.later(ownerTag, except),
        }
  const calls: Record<Place | 'both', PlaceCalls | undefined> = {
    first: createFirstCalls({ first, followed, now }),
    second: second && createSecondCalls({ second, both: undefined, now, revoke: async (...args) => ledger?.revoke(...args) }),
    both: second && createSecondCalls({ second, both: first, now, revoke: async (...args) => ledger?.revoke(...args) }),
    last: last && createLastCalls({ chain, last, now }),
  }
  const nameOf = ({ place }: Bearing): string => links[place]?.name ?? chain
  const callsAt = ({ place, dual }: Bearing): PlaceCalls => (dual ? calls.both : calls[place]) as PlaceCalls

  return {
    helm,
    mirror,
    operations: createOperations({ helm, settings, callsAt, nameOf }),
    async close() {
      sweeper?.close()
      await mirror?.close()
      await presence?.close()
      await helm.close()
    },
  }
}

function openMirror(
  first: SessionStore,
  second: SessionStore,
  settings: ResolvedFailoverOptions,
  helm: () => Helm,
  tell: TellNews,
): Mirror {
  return createMirror({
    first,
    second,
    settings,
    firstReadable: () => helm().firstServes,
    onFailure: (error) => void helm().doubt('second', error),
    onOverflow: () => tell({ type: 'mirror-behind', link: second.name, pending: 0 }),
  })
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
