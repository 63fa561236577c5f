import type { ProviderChain } from '../chain.ts'
import { SecretSourceClosedError } from '../errors.ts'
import { notify } from '../notices/notifier.ts'
import { createDataLossNotice, EPHEMERAL_NOTICE } from '../notices/warnings.ts'
import type { SecretProvider, SecretSet } from '../provider.ts'
import type { RotationTimes } from '../rotation/policy.ts'
import { createRotator } from '../rotation/rotator.ts'
import { startBackground } from './background.ts'
import { describeStatus } from './describe-status.ts'
import { logEvent } from './event-log.ts'
import { createEventHub, type EventHub } from './events.ts'
import type { LiveSource } from './live-source.ts'
import type { ResolvedManagerOptions } from './manager-options.ts'
import type { SecretManager, SecretStatus } from './manager-types.ts'
import { createQueue } from './queue.ts'
import { createSecretState } from './secret-state.ts'

export interface ManagerParts {
  readonly chain: ProviderChain
  readonly source: LiveSource
  readonly options: ResolvedManagerOptions
  /** The provider of the chain whose secret ends with the process. */
  readonly ephemeral: SecretProvider
  /** Ends every question that is under way. */
  readonly ending: AbortController
  /** The secret was made by this start. */
  readonly created: boolean
}

/** Runs a manager on a source that has been loaded. */
export function runManager({ chain, source, options, ephemeral, ending, created }: ManagerParts): SecretManager {
  const { clock } = options
  const times: RotationTimes = Object.freeze({ propagationMs: options.propagationMs, ...options.rotation })
  const hub = createListeningHub(options)
  const currentSet = (): SecretSet => source.current as SecretSet
  const isEphemeral = (): boolean => source.provider === ephemeral
  const isWritable = (): boolean => source.provider?.supports.rotate === true
  let closed = false

  function assertOpen(): void {
    if (closed) throw new SecretSourceClosedError('The secret manager')
  }

  const state = createSecretState({ source, hub, options })
  const rotator = createRotator({
    source,
    options,
    times,
    onRead: () => state.adopt('changed'),
    onChanged: (type, keyIds) => hub.emit({ type, at: clock.now(), origin: currentSet().origin, keyIds }),
  })
  state.adopt(created ? 'created' : 'loaded')
  const inTurn = createQueue(assertOpen)
  const background = startBackground({ chain, source, options, times, hub, state, rotator, inTurn })
  state.onAdopted(background.update)
  background.update()
  if (isEphemeral()) notify(options.notices, EPHEMERAL_NOTICE, clock.now())

  function status(): SecretStatus {
    const now = clock.now()
    return describeStatus({ set: currentSet(), state, times, ephemeral: isEphemeral(), writable: isWritable(), now })
  }

  async function close(): Promise<void> {
    if (closed) return
    closed = true
    background.stop()
    ending.abort(new SecretSourceClosedError('The secret manager'))
    await chain.close()
    hub.emit({ type: 'closed', at: clock.now(), origin: currentSet().origin })
  }

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
      assertOpen()
      await state.keyring.refresh()
      return status()
    },
    rotate: async (input) => inTurn(async () => rotator.rotate(input)),
    promote: async (input) => inTurn(async () => rotator.promote(input)),
    retire: async (input) => inTurn(async () => rotator.retire(input)),
    compromise: async (input) => inTurn(async () => rotator.compromise(input)),
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
