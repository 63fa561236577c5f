import { bootstrap, codeOf } from './bootstrap.ts'
import { chainProviders, type ProviderChain } from './chain.ts'
import { createEphemeralProvider } from './ephemeral/ephemeral-provider.ts'
import { SecretSourceClosedError } from './errors.ts'
import { createAgeWatch } from './manager/age-watch.ts'
import { describeStatus } from './manager/describe-status.ts'
import { logEvent } from './manager/event-log.ts'
import { createEventHub, type EventHub, type SecretEvent } from './manager/events.ts'
import { createLiveSource, type LiveSource } from './manager/live-source.ts'
import { type ResolvedManagerOptions, resolveManagerOptions, type SecretManagerOptions } from './manager/manager-options.ts'
import type { SecretManager, SecretStatus } from './manager/manager-types.ts'
import { startRefresher } from './manager/refresher.ts'
import { createSecretState } from './manager/secret-state.ts'
import { notify } from './notices/notifier.ts'
import { createDataLossNotice, EPHEMERAL_NOTICE } from './notices/warnings.ts'
import type { SecretProvider, SecretSet } from './provider.ts'
import { findNextStep, type RotationTimes } from './rotation/policy.ts'
import { createRotator } from './rotation/rotator.ts'
import { createSchedule } from './rotation/schedule.ts'

/**
 * Loads the secret, or makes the first one where that is possible, and then keeps the keyring up to date.
 *
 * @throws {TypeError} Names every option that is wrong.
 * @throws {SecretMissingError} KEYTURN_SECRET_MISSING: production, and no source has or can keep one.
 * @throws {SecretRefusedError} KEYTURN_SECRET_REFUSED: a secret is weak or badly set.
 * @throws {SecretSourceUnavailableError} KEYTURN_SECRET_SOURCE_UNAVAILABLE: for longer than `startTimeoutMs`.
 */
export async function createSecretManager(options: SecretManagerOptions): Promise<SecretManager> {
  const resolved = resolveManagerOptions(options)
  const ending = new AbortController()
  const signal = resolved.signal === undefined ? ending.signal : AbortSignal.any([ending.signal, resolved.signal])
  const ephemeral = createEphemeralProvider()
  const chain = chainProviders(resolved.isLenient ? [...resolved.providers, ephemeral] : resolved.providers)
  const source = createLiveSource({ chain, options: resolved, signal })
  try {
    const { created } = await bootstrap({ source, ephemeral, options: resolved, signal })
    return runManager({ chain, source, options: resolved, ephemeral, ending, created })
  } catch (error) {
    ending.abort()
    await chain.close()
    throw error
  }
}

interface Parts {
  readonly chain: ProviderChain
  readonly source: LiveSource
  readonly options: ResolvedManagerOptions
  readonly ephemeral: SecretProvider
  readonly ending: AbortController
  readonly created: boolean
}

function runManager({ chain, source, options, ephemeral, ending, created }: Parts): SecretManager {
  const { clock, random, refreshIntervalMs } = options
  const times: RotationTimes = { propagationMs: options.propagationMs, ...options.rotation }
  const hub = createListeningHub(options)
  const watchAge = createAgeWatch(hub, times, clock)
  const currentSet = (): SecretSet => source.current as SecretSet
  const isEphemeral = (): boolean => source.provider === ephemeral
  const isWritable = (): boolean => source.provider?.supports.rotate === true
  const emit = (event: Omit<Extract<SecretEvent, { keyIds: unknown }>, 'at' | 'origin'>): void =>
    hub.emit({ ...event, at: clock.now(), origin: currentSet().origin } as SecretEvent)

  const state = createSecretState({ source, hub, options, onAdopted: () => schedule.update() })
  const rotator = createRotator({
    source,
    options,
    times,
    onRead: () => state.adopt('changed'),
    onChanged(type, keyIds) {
      emit({ type, keyIds })
    },
  })
  const inTurn = createQueue(() => closed)
  const schedule = createSchedule({
    clock,
    random,
    spreadMs: refreshIntervalMs,
    nextAt() {
      if (!isWritable()) return undefined
      const next = findNextStep(currentSet(), times, clock.now())
      return next.step === 'wait' ? next.until : 0
    },
    async run() {
      await inTurn(rotator.takeDueStep).catch((error: unknown) => {
        if (closed) return
        hub.emit({ type: 'rotation-failed', at: clock.now(), origin: currentSet().origin, code: codeOf(error), failures: 1 })
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
  let closed = false

  async function close(): Promise<void> {
    if (closed) return
    closed = true
    refresher.stop()
    schedule.stop()
    endWatch()
    ending.abort(new SecretSourceClosedError('The secret manager'))
    await chain.close()
    hub.emit({ type: 'closed', at: clock.now(), origin: currentSet().origin })
  }

  function status(): SecretStatus {
    return describeStatus({
      set: currentSet(),
      state,
      times,
      ephemeral: isEphemeral(),
      writable: isWritable(),
      now: clock.now(),
    })
  }

  state.adopt(created ? 'created' : 'loaded')
  watchAge(currentSet())
  schedule.update()
  if (isEphemeral()) notify(options.notices, EPHEMERAL_NOTICE, clock.now())
  options.signal?.addEventListener('abort', () => void close(), { once: true })

  return Object.freeze({
    keyring: state.keyring,
    get origin() {
      return currentSet().origin
    },
    get ephemeral() {
      return isEphemeral()
    },
    get writable() {
      return isWritable()
    },
    status,
    async refresh() {
      if (closed) throw new SecretSourceClosedError('The secret manager')
      await state.keyring.refresh()
      return status()
    },
    rotate: (input) => inTurn(() => rotator.rotate(input)),
    promote: (input) => inTurn(() => rotator.promote(input)),
    retire: (input) => inTurn(() => rotator.retire(input)),
    compromise: (input) => inTurn(() => rotator.compromise(input)),
    announceSealedData(found) {
      const present = found.filter(({ count }) => count > 0)
      if (!isEphemeral() || present.length === 0) return false
      notify(options.notices, createDataLossNotice(present), clock.now())
      return true
    },
    onEvent: hub.onEvent,
    close,
  } satisfies SecretManager)
}

function createListeningHub({ logger, onEvent }: ResolvedManagerOptions): EventHub {
  const hub = createEventHub()
  if (logger !== undefined) hub.onEvent((event) => logEvent(logger, event))
  if (onEvent !== undefined) hub.onEvent(onEvent)
  return hub
}

/** One after the other: two rotations of one process do not race each other. */
function createQueue(isClosed: () => boolean): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = tail.then(() => {
      if (isClosed()) throw new SecretSourceClosedError('The secret manager')
      return work()
    })
    tail = turn.catch(() => undefined)
    return turn
  }
}
