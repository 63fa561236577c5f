import { type Clock, systemClock } from '@keyturn/token-crypto'
import { assertNoProblems, unknownNames, wholeNumber } from '../option-rules.ts'

export interface MemoryStoreOptions {
  /** Most sessions kept. Default 100 000. */
  readonly maxEntries?: number
  /** Most bytes kept, counting about 500 a session beside its sealed data. Default 128 MiB. */
  readonly maxBytes?: number
  /** Where the process runs: outside `development` and `test` a warning is given. Default `process.env.NODE_ENV`. */
  readonly environment?: string
  /** Takes warnings. Default `process.emitWarning`. */
  readonly warn?: (message: string, code: string) => void
  readonly clock?: Clock
}

export interface ResolvedMemoryStoreOptions {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly environment: string
  readonly warn: (message: string, code: string) => void
  readonly clock: Clock
}

const NAMES = ['maxEntries', 'maxBytes', 'environment', 'warn', 'clock']
const MIN_BYTES = 64 * 1024
/** More than this in one process: the list alone would take gigabytes. */
const MOST_ENTRIES = 10_000_000

/** @throws {TypeError} Names every option that is wrong. */
export function resolveMemoryStoreOptions(options: MemoryStoreOptions): ResolvedMemoryStoreOptions {
  const resolved = {
    maxEntries: options.maxEntries ?? 100_000,
    maxBytes: options.maxBytes ?? 128 * 1024 * 1024,
    environment: options.environment ?? process.env['NODE_ENV'] ?? '',
    warn: options.warn ?? warnProcess,
    clock: options.clock ?? systemClock,
  }
  assertNoProblems('createMemoryStore', [
    unknownNames(options, NAMES),
    wholeNumber('maxEntries', resolved.maxEntries, { min: 1, max: MOST_ENTRIES }),
    wholeNumber('maxBytes', resolved.maxBytes, { min: MIN_BYTES }),
    typeof resolved.warn === 'function' ? undefined : 'warn must be a function',
  ])
  return Object.freeze(resolved)
}

function warnProcess(message: string, code: string): void {
  process.emitWarning(message, { code })
}
