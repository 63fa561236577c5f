import type { Place } from './course.ts'
import type { ResolvedFailoverOptions } from './failover-options.ts'
import { sleep } from './link-calls.ts'

/** A stay in the last link: from when no other can serve until all that it took in rests in a durable one. */
export interface LastStay {
  /** The last link is where operations go now. */
  readonly isOn: boolean
  /** It took something in that is to be moved up. */
  readonly isOwed: boolean
  /** Nothing is served yet from the durable link that is back. */
  readonly isEnding: boolean
  /** No durable link served a moment ago: other instances may still have to bring what they took in meanwhile. */
  readonly mayMiss: boolean
  /** The last link is given something. */
  use(): void
  /** Where operations go, whenever that may have changed. */
  see(heading: Place): void
  /** Moves up what is owed, once at a time. */
  moveUp(place: 'first' | 'second'): void
  close(): Promise<void>
}

export interface LastStayOptions {
  readonly settings: ResolvedFailoverOptions
  readonly moveUp: (place: 'first' | 'second') => Promise<void>
  /** A link did not take what was moved up. */
  readonly onRefused: (place: 'first' | 'second', error: unknown) => Promise<unknown>
  readonly onChange: () => void
}

/** In time limits: an instance that is cut off for as long as others are finds its way back within this. */
export const GRACE_LIMITS = 3

export function createLastStay({ settings, moveUp, onRefused, onChange }: LastStayOptions): LastStay {
  const { clock, leaseMs, maxDelayMs, timeoutMs, monotonicMs } = settings
  const quietMs = Math.min(timeoutMs, 2 * leaseMs)
  let isOn = false
  let isOwed = false
  let quiet = 0
  let lastOnAt = Number.NEGATIVE_INFINITY
  let moving: Promise<void> | undefined

  /** Others find the durable links about as soon, and bring what they took in: first of all what ended. */
  function beQuiet(): void {
    quiet++
    clock.setTimer(() => {
      quiet--
      onChange()
    }, quietMs)
  }

  return {
    get isOn() {
      return isOn
    },
    get isOwed() {
      return isOwed
    },
    get isEnding() {
      return isOwed || quiet > 0
    },
    get mayMiss() {
      return monotonicMs() < lastOnAt + GRACE_LIMITS * timeoutMs
    },
    use() {
      isOwed = true
    },
    see(heading) {
      if (heading === 'last') lastOnAt = monotonicMs()
      else if (isOn) beQuiet()
      isOn = heading === 'last'
    },
    moveUp(place) {
      moving ??= moveUp(place)
        .then(
          () => void (isOwed = false),
          (error: unknown) => onRefused(place, error).then(() => sleep(clock, maxDelayMs)),
        )
        .finally(() => {
          moving = undefined
          onChange()
        })
    },
    async close() {
      await moving
    },
  }
}
