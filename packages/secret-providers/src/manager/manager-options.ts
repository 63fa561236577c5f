import { type Clock, type LegacySecret, systemClock } from '@keyturn/token-crypto'
import type { NoticeStream } from '../notices/notifier.ts'
import { checkDuration, checkOptions, checkText } from '../option-rules.ts'
import type { SecretProvider } from '../provider.ts'
import type { EventLogger } from './event-log.ts'
import type { SecretEventListener } from './events.ts'

export interface RotationPolicy {
  /** Age at which the primary is due, in milliseconds. Default 90 days. */
  readonly maxAgeMs?: number
  /** How long before that it is warned, in milliseconds. Default 14 days. */
  readonly warnBeforeMs?: number
  /** Rotate by itself when due; of many instances one does it. Default `false`. */
  readonly automatic?: boolean
}

export interface SecretManagerOptions {
  /** Sources in order; the first that has a secret wins. */
  readonly providers: readonly SecretProvider[]
  /** `'development'` and `'test'` run without a secret. Anything else is treated as production. */
  readonly environment: string
  /** Make a first secret in the first source that can keep one. Default `true`. */
  readonly create?: boolean
  /** Accepted beside those of the sources. */
  readonly legacySecrets?: readonly LegacySecret[]
  /** Longest time between two looks at the source, in milliseconds; each waits 50 to 100 % of it. Default 300 000. */
  readonly refreshIntervalMs?: number
  /** Least time between two refreshes that unknown keys ask for, in milliseconds. Default 5000. */
  readonly cooldownMs?: number
  /** Time limit of one question to the sources, in milliseconds. Default 10 000. */
  readonly loadTimeoutMs?: number
  /** How long an outage is waited out at the start, in milliseconds. Default 30 000. */
  readonly startTimeoutMs?: number
  /** From staging to promotion: every instance has refreshed by then. At least `refreshIntervalMs`. Default three times that. */
  readonly propagationMs?: number
  /** How long a version is accepted after it stopped signing, in milliseconds. Default 30 days. */
  readonly graceMs?: number
  readonly rotation?: RotationPolicy
  readonly logger?: EventLogger
  /** Hears every event from the first on, such as the audit trail. */
  readonly onEvent?: SecretEventListener
  /** Where boxed warnings go. Default: standard error. */
  readonly notices?: NoticeStream
  /** Ends the start, and later closes the manager. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
  /** Spreads instances out, 0 to below 1. Default `Math.random`. */
  readonly random?: () => number
}

export interface ResolvedManagerOptions {
  readonly providers: readonly SecretProvider[]
  readonly isLenient: boolean
  readonly create: boolean
  readonly legacySecrets: readonly LegacySecret[]
  readonly refreshIntervalMs: number
  readonly cooldownMs: number
  readonly loadTimeoutMs: number
  readonly startTimeoutMs: number
  readonly propagationMs: number
  readonly graceMs: number
  readonly rotation: Required<RotationPolicy>
  readonly logger: EventLogger | undefined
  readonly onEvent: SecretEventListener | undefined
  readonly notices: NoticeStream
  readonly signal: AbortSignal | undefined
  readonly clock: Clock
  readonly random: () => number
}

const DAY_MS = 86_400_000
const LENIENT: readonly string[] = ['development', 'test']

export function resolveManagerOptions(options: SecretManagerOptions): ResolvedManagerOptions {
  const refreshIntervalMs = options.refreshIntervalMs ?? 300_000
  const rotation = Object.freeze({
    maxAgeMs: options.rotation?.maxAgeMs ?? 90 * DAY_MS,
    warnBeforeMs: options.rotation?.warnBeforeMs ?? 14 * DAY_MS,
    automatic: options.rotation?.automatic ?? false,
  })
  const resolved = {
    providers: Object.freeze([...(options.providers ?? [])]),
    isLenient: LENIENT.includes(options.environment),
    create: options.create ?? true,
    legacySecrets: Object.freeze([...(options.legacySecrets ?? [])]),
    refreshIntervalMs,
    cooldownMs: options.cooldownMs ?? 5000,
    loadTimeoutMs: options.loadTimeoutMs ?? 10_000,
    startTimeoutMs: options.startTimeoutMs ?? 30_000,
    propagationMs: options.propagationMs ?? 3 * refreshIntervalMs,
    graceMs: options.graceMs ?? 30 * DAY_MS,
    rotation,
    logger: options.logger,
    onEvent: options.onEvent,
    notices: options.notices ?? process.stderr,
    signal: options.signal,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  }
  checkOptions('createSecretManager', [
    resolved.providers.length > 0 ? undefined : 'providers is a list with at least one provider',
    checkText('environment', options.environment),
    typeof resolved.create === 'boolean' ? undefined : 'create is true or false',
    checkDuration('refreshIntervalMs', refreshIntervalMs, 100),
    checkDuration('cooldownMs', resolved.cooldownMs, 0),
    checkDuration('loadTimeoutMs', resolved.loadTimeoutMs, 1),
    checkDuration('startTimeoutMs', resolved.startTimeoutMs, 0),
    checkDuration('propagationMs', resolved.propagationMs, 0),
    // Else an instance could meet a signature of a key before it was due to hear of it.
    resolved.propagationMs >= refreshIntervalMs ? undefined : 'propagationMs is at least refreshIntervalMs',
    checkDuration('graceMs', resolved.graceMs, 0),
    checkDuration('rotation.maxAgeMs', rotation.maxAgeMs, 1),
    checkDuration('rotation.warnBeforeMs', rotation.warnBeforeMs, 0),
    typeof rotation.automatic === 'boolean' ? undefined : 'rotation.automatic is true or false',
    !rotation.automatic || rotation.maxAgeMs > resolved.propagationMs
      ? undefined
      : 'rotation.maxAgeMs is longer than propagationMs',
  ])
  return Object.freeze(resolved)
}
