import { type Clock, type EpochMs, systemClock } from '../clock.ts'
import type { Keyring } from './keyring.ts'
import { isSameKeyring } from './same-keyring.ts'

export interface LiveKeyringOptions {
  readonly keyring: Keyring
  /** Reads today's keyring from its source. Without it, `refresh` leaves things as they are. */
  readonly load?: () => Promise<Keyring>
  /** Least milliseconds between two refreshes that unknown keys ask for. Default 5000. */
  readonly cooldownMs?: number
  readonly clock?: Clock
}

export type KeyringListener = (current: Keyring, previous: Keyring) => void

/** Holds today's keyring: read `current` at each use, and a swap needs no restart. */
export interface LiveKeyring {
  readonly current: Keyring
  /** Takes a keyring from now on; a refresh under way no longer counts. */
  replace(keyring: Keyring): void
  /** Loads once, however many ask at the same time. Rejects as `load` does; the keyring is then kept. */
  refresh(): Promise<Keyring>
  /**
   * For a key id or signature that nobody here knows: refreshes, at most once a cooldown. Never rejects.
   *
   * @returns Whether the keyring changed, so that another try makes sense.
   */
  refreshForUnknownKey(): Promise<boolean>
  /** Calls `listener` after each change. @returns Ends it. */
  onChange(listener: KeyringListener): () => void
}

/** @throws {TypeError} `cooldownMs` is not a number of milliseconds, 0 or more. */
export function createLiveKeyring(options: LiveKeyringOptions): LiveKeyring {
  const clock = options.clock ?? systemClock
  const cooldownMs = options.cooldownMs ?? 5000
  const load = options.load
  if (!Number.isFinite(cooldownMs) || cooldownMs < 0) {
    throw new TypeError('createLiveKeyring: cooldownMs is a number of milliseconds, 0 or more.')
  }
  const listeners = new Set<KeyringListener>()
  let current = options.keyring
  let flight: Promise<Keyring> | undefined
  let askedAt: EpochMs | undefined

  function replace(keyring: Keyring): void {
    flight = undefined
    if (isSameKeyring(keyring, current)) return
    const previous = current
    current = keyring
    for (const listener of listeners) notify(listener, current, previous)
  }

  function refresh(): Promise<Keyring> {
    if (load === undefined) return Promise.resolve(current)
    flight ??= start(load)
    return flight
  }

  function start(read: () => Promise<Keyring>): Promise<Keyring> {
    const started = (async () => read())().then(
      (keyring) => {
        // Whatever replaced the keyring meanwhile is newer than what this read began with.
        if (flight === started) replace(keyring)
        return current
      },
      (error: unknown) => {
        if (flight === started) flight = undefined
        throw error
      },
    )
    return started
  }

  async function refreshForUnknownKey(): Promise<boolean> {
    const before = current
    if (flight === undefined) {
      if (isCoolingDown(clock.now())) return false
      askedAt = clock.now()
    }
    await refresh().catch(() => undefined)
    return current !== before
  }

  function isCoolingDown(now: EpochMs): boolean {
    // A clock that was set back must not stop refreshes.
    return askedAt !== undefined && now >= askedAt && now - askedAt < cooldownMs
  }

  return {
    get current() {
      return current
    },
    replace,
    refresh,
    refreshForUnknownKey,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** One faulty listener keeps neither the others nor the swap from happening. */
function notify(listener: KeyringListener, current: Keyring, previous: Keyring): void {
  try {
    listener(current, previous)
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
