import { bootstrap } from './bootstrap.ts'
import { chainProviders } from './chain.ts'
import { createEphemeralProvider } from './ephemeral/ephemeral-provider.ts'
import { createLiveSource } from './manager/live-source.ts'
import { resolveManagerOptions, type SecretManagerOptions } from './manager/manager-options.ts'
import type { SecretManager } from './manager/manager-types.ts'
import { runManager } from './manager/run-manager.ts'

/**
 * Loads the secret, or makes the first one where that is possible, and then keeps the keyring up to date.
 * The providers are the manager's from now on: it closes them, also when it does not start.
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
    const created = await bootstrap({ source, ephemeral, options: resolved, signal })
    return runManager({ chain, source, options: resolved, ephemeral, ending, created })
  } catch (error) {
    ending.abort()
    await chain.close()
    throw error
  }
}
