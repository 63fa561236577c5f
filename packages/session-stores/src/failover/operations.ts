import { KeyturnError } from '@keyturn/token-crypto'
import type { Bearing, Place } from './course.ts'
import type { ResolvedFailoverOptions } from './failover-options.ts'
import type { Helm } from './helm.ts'
import { hasNoRoom } from './link-calls.ts'
import type { PlaceCalls } from './place-calls.ts'
import { createTimeLimits } from './time-limits.ts'

export interface OperationsOptions {
  readonly helm: Helm
  readonly settings: ResolvedFailoverOptions
  readonly callsAt: (bearing: Bearing) => PlaceCalls
  readonly nameOf: (bearing: Bearing) => string
}

/** @param again - An earlier attempt may have happened. */
export type Operation<T> = (calls: PlaceCalls, again: boolean, bearing: Bearing) => Promise<T>

/** Carries operations out on the link that serves, and again on the next where that one fails. */
export interface Operations {
  run<T>(operation: Operation<T>): Promise<T>
  /** Nobody waits for this link any more. */
  abandon(link: string): void
}

const MOST_ATTEMPTS = 6

export function createOperations({ helm, settings, callsAt, nameOf }: OperationsOptions): Operations {
  const { clock, timeoutMs, leaseMs, maxDelayMs, monotonicMs } = settings
  /** The link that fails, a change of links, and the link that takes its place. */
  const longestMs = 2 * timeoutMs + 2 * leaseMs + maxDelayMs

  const onSlow = (link: string): void => helm.suspect(link)
  const one = createTimeLimits({ limitMs: timeoutMs, clock, monotonicMs, onSlow })
  const both = createTimeLimits({ limitMs: 2 * timeoutMs, clock, monotonicMs })

  const nameOfFirst = (bearing: Bearing): string => nameOf({ ...bearing, place: 'first' })

  function attempt<T>(operation: Operation<T>, again: boolean, bearing: Bearing): Promise<T> {
    const work = operation(callsAt(bearing), again, bearing)
    // Of what reaches both the first is the one in doubt: whether the second answers is asked all the time.
    return bearing.dual ? both.limit(work, nameOfFirst(bearing)) : one.limit(work, nameOf(bearing))
  }

  /** What reaches both links fails on either. */
  function failedPlace(bearing: Bearing, error: unknown): Place {
    const isOfFirst = bearing.dual && (error as { store?: unknown }).store === nameOfFirst(bearing)
    return isOfFirst ? 'first' : bearing.place
  }

  return {
    abandon: one.abandon,
    async run(operation) {
      const until = monotonicMs() + longestMs
      for (let tried = 0; ; tried++) {
        const found = helm.bearing(until)
        const bearing = found instanceof Promise ? await found : found
        try {
          const result = await attempt(operation, tried > 0, bearing)
          const counts = helm.confirm(bearing, until)
          if (counts === true || (await counts)) return result
        } catch (error) {
          if (!isOfLink(error) || tried >= MOST_ATTEMPTS || bearing.place === 'last') throw error
          if (bearing.dual) await helm.abortReturn()
          const verdict = await helm.doubt(failedPlace(bearing, error), error)
          if (verdict === 'sound' && !isOutage(error)) throw error
          // It would refuse the same write again, and goes on with what it has room for.
          if (verdict === 'sound' && !bearing.dual && hasNoRoom(error)) throw error
          if (monotonicMs() >= until) throw error
        }
      }
    },
  }
}

const OF_CALLER = new Set(['KEYTURN_STORE_RECORD', 'KEYTURN_STORE_CLOSED', 'KEYTURN_SESSION_TOO_LARGE'])

/** Whether another link might do better. */
function isOfLink(error: unknown): boolean {
  return error instanceof KeyturnError && !OF_CALLER.has(error.code)
}

function isOutage(error: unknown): boolean {
  return error instanceof KeyturnError && error.code === 'KEYTURN_STORE_UNAVAILABLE'
}
