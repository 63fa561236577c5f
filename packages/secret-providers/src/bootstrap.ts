import { createSecretVersion, generateSecret, KeyturnError } from '@keyturn/token-crypto'
import { placeOf } from './chain.ts'
import { SecretFileLockedError, SecretMissingError, SecretSourceUnavailableError } from './errors.ts'
import type { LiveSource } from './manager/live-source.ts'
import type { ResolvedManagerOptions } from './manager/manager-options.ts'
import type { SecretProvider } from './provider.ts'

export interface BootstrapOptions {
  readonly source: LiveSource
  readonly ephemeral: SecretProvider
  readonly options: ResolvedManagerOptions
  readonly signal: AbortSignal
}

const MAX_BACKOFF_MS = 5000
const HOLD_MS = 60_000

/**
 * Loads the secret, or makes the first one, so that all who start at once end with the same.
 * An outage is waited out for `startTimeoutMs` and then thrown: it never leads to a new secret.
 *
 * @returns Whether the secret that `source` holds from now on was made here.
 */
export async function bootstrap(context: BootstrapOptions): Promise<boolean> {
  const { clock, startTimeoutMs, random } = context.options
  const startedAt = clock.now()
  // Timers of a clock let the process end: one that waits for its secret must not.
  const hold = setInterval(() => undefined, HOLD_MS)
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await loadOrCreate(context)
      } catch (error) {
        const delayMs = Math.min(MAX_BACKOFF_MS, 250 * 2 ** attempt) * (0.5 + random() / 2)
        if (!isTransient(error) || clock.now() + delayMs - startedAt > startTimeoutMs) throw error
        await wait(delayMs, context)
      }
    }
  } finally {
    clearInterval(hold)
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof SecretSourceUnavailableError || error instanceof SecretFileLockedError
}

export function codeOf(error: unknown): string {
  return error instanceof KeyturnError ? error.code : 'KEYTURN_UNKNOWN'
}

async function loadOrCreate({ source, ephemeral, options }: BootstrapOptions): Promise<boolean> {
  if ((await source.load()) !== undefined) return false
  const first = createSecretVersion({ secret: generateSecret(), state: 'primary', createdAt: options.clock.now() })
  if (options.create && options.providers.some(({ supports }) => supports.create)) {
    const { versions } = await source.create(first)
    return versions.some(({ id }) => id === first.id)
  }
  if (!options.isLenient) throw new SecretMissingError(options.providers.map(placeOf))
  await ephemeral.create?.(first)
  await source.load()
  return true
}

function wait(delayMs: number, { options, signal }: BootstrapOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = options.clock.setTimer(() => {
      signal.removeEventListener('abort', end)
      resolve()
    }, delayMs)
    function end(): void {
      cancel()
      reject(signal.reason)
    }
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
