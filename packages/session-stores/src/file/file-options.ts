import { resolve } from 'node:path'
import { type Clock, systemClock } from '@keyturn/token-crypto'
import { assertNoProblems, text, unknownNames, wholeNumber } from '../option-rules.ts'

export interface FileStoreOptions {
  /** The JSON file; made when it is not there, with its folder. */
  readonly path: string
  /** Most sessions kept. Default 10 000. */
  readonly maxEntries?: number
  /** Most bytes kept, counting about 500 a session beside its sealed data. Default 16 MiB: every write writes them all. */
  readonly maxBytes?: number
  /** Takes warnings. Default `process.emitWarning`. */
  readonly warn?: (message: string, code: string) => void
  readonly clock?: Clock
}

export interface ResolvedFileStoreOptions {
  readonly path: string
  readonly maxEntries: number
  readonly maxBytes: number
  readonly warn: (message: string, code: string) => void
  readonly clock: Clock
}

const NAMES = ['path', 'maxEntries', 'maxBytes', 'warn', 'clock']

/** @throws {TypeError} Names every option that is wrong. */
export function resolveFileStoreOptions(options: FileStoreOptions): ResolvedFileStoreOptions {
  const { path, maxEntries = 10_000, maxBytes = 16 * 1024 * 1024, clock = systemClock } = options
  const warn = options.warn ?? ((message, code) => process.emitWarning(message, { code }))
  assertNoProblems('createFileStore', [
    unknownNames(options, NAMES),
    text('path', path),
    wholeNumber('maxEntries', maxEntries, { min: 1, max: 1_000_000 }),
    wholeNumber('maxBytes', maxBytes, { min: 64 * 1024, max: 1024 ** 3 }),
    typeof warn === 'function' ? undefined : 'warn must be a function',
  ])
  return Object.freeze({ path: resolve(path), maxEntries, maxBytes, warn, clock })
}
