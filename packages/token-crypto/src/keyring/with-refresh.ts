import type { Keyring } from './keyring.ts'
import type { LiveKeyring } from './live-keyring.ts'

/**
 * Tries with today's keyring; when the key may be one that this process has not heard of yet, refreshes and tries
 * once more. The refresh is limited by the keyring's cooldown.
 *
 * @param mayBeNewKey - Whether an error can mean that.
 */
export async function withRefresh<T>(
  live: LiveKeyring,
  attempt: (keyring: Keyring) => Promise<T>,
  mayBeNewKey: (error: unknown) => boolean,
): Promise<T> {
  try {
    return await attempt(live.current)
  } catch (error) {
    if (!mayBeNewKey(error) || !(await live.refreshForUnknownKey())) throw error
    return attempt(live.current)
  }
}
