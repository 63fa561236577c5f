import { codeOf } from '../bootstrap.ts'
import type { ProviderChain } from '../chain.ts'
import type { SecretSet } from '../provider.ts'
import { findNextStep, type RotationTimes } from '../rotation/policy.ts'
import type { Rotator } from '../rotation/rotator.ts'
import { createSchedule } from '../rotation/schedule.ts'
import { createAgeWatch } from './age-watch.ts'
import type { EventHub } from './events.ts'
import type { LiveSource } from './live-source.ts'
import type { ResolvedManagerOptions } from './manager-options.ts'
import type { Queue } from './queue.ts'
import { startRefresher } from './refresher.ts'
import type { SecretState } from './secret-state.ts'

export interface BackgroundOptions {
  readonly chain: ProviderChain
  readonly source: LiveSource
  readonly options: ResolvedManagerOptions
  readonly times: RotationTimes
  readonly hub: EventHub
  readonly state: SecretState
  readonly rotator: Rotator
  readonly inTurn: Queue
}

/** What a manager does by itself: looks at the source, listens to it, rotates when that is due, and says when it is not done. */
export interface Background {
  /** The set has changed: another step may be due at another time. */
  update(): void
  stop(): void
}

export function startBackground({ chain, source, options, times, hub, state, rotator, inTurn }: BackgroundOptions): Background {
  const { clock, random, refreshIntervalMs } = options
  const watchAge = createAgeWatch(hub, times, clock)
  const currentSet = (): SecretSet => source.current as SecretSet
  let stopped = false

  const schedule = createSchedule({
    clock,
    random,
    spreadMs: refreshIntervalMs,
    nextAt() {
      if (source.provider?.supports.rotate !== true) return undefined
      const next = findNextStep(currentSet(), times, clock.now())
      return next.step === 'wait' ? next.until : 0
    },
    async run() {
      await inTurn(rotator.takeDueStep).catch((error: unknown) => {
        if (stopped) return
        hub.emit({ type: 'rotation-failed', at: clock.now(), origin: currentSet().origin, code: codeOf(error) })
      })
    },
  })
  const refresher = startRefresher({
    clock,
    random,
    intervalMs: refreshIntervalMs,
    async refresh() {
      await state.keyring.refresh()
      watchAge(currentSet())
    },
  })
  const endWatch = chain.watch(refresher.soon)
  watchAge(currentSet())
  return {
    update: schedule.update,
    stop() {
      stopped = true
      refresher.stop()
      schedule.stop()
      endWatch()
    },
  }
}
