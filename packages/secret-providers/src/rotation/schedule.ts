import type { Clock, EpochMs } from '@keyturn/token-crypto'

// Node's timers hold 2^31 - 1 ms, about 24 days.
const LONGEST_TIMER_MS = 2_147_483_647

export interface ScheduleOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Instances act at moments spread over this time after the step is due, in milliseconds. */
  readonly spreadMs: number
  /** When the next step is due. `undefined`: none is in sight. */
  nextAt(): EpochMs | undefined
  /** Does what is due; whether another instance has done it meanwhile is its own business. */
  run(): Promise<void>
}

export interface Schedule {
  /** What `nextAt` answers has changed. */
  update(): void
  stop(): void
}

/** One timer for the next step of a rotation. */
export function createSchedule({ clock, random, spreadMs, nextAt, run }: ScheduleOptions): Schedule {
  let cancel = (): void => undefined
  let plannedFor: EpochMs | undefined
  let stopped = false

  function plan(notBefore: EpochMs): void {
    cancel()
    plannedFor = undefined
    const dueAt = stopped ? undefined : nextAt()
    if (dueAt === undefined) return
    plannedFor = dueAt
    const delayMs = Math.max(dueAt, notBefore) - clock.now() + Math.floor(random() * spreadMs)
    cancel = clock.setTimer(wake, Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS))
  }

  function wake(): void {
    if (plannedFor !== undefined && plannedFor > clock.now()) {
      plan(0)
      return
    }
    // A step that fails is tried again a spread later, not at once.
    const retryAt = clock.now() + spreadMs
    void run().finally(() => plan(retryAt))
  }

  return {
    update() {
      if (nextAt() !== plannedFor) plan(0)
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}
