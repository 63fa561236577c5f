import { KeyturnError } from '@keyturn/token-crypto'
import { SecretSourceUnavailableError } from './errors.ts'

/**
 * Runs a method of a provider that others may have written. What is not an error of Keyturn counts as an outage: of a
 * source that fails in an unknown way nothing else may be concluded. Its error may hold anything, so only its name is told.
 */
export async function guardForeign<T>(source: string, signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof KeyturnError || signal?.aborted) throw error
    throw new SecretSourceUnavailableError(source, describe(error))
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const code = 'code' in error ? String(error.code) : ''
  return /^[A-Z0-9_]{1,40}$/.test(code) ? `${error.name} ${code}` : error.name
}
