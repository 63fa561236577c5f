import type { KeyturnError } from '@keyturn/token-crypto'
import { SecretSourceDeniedError, SecretSourceFailedError, SecretSourceUnavailableError } from '../errors.ts'
import { shellQuote } from './shell-quote.ts'

/** An answer that may be another one in a moment: a network file system away, too many open files. */
const TRANSIENT = new Set(['EAGAIN', 'EBUSY', 'EINTR', 'EIO', 'EMFILE', 'ENFILE', 'ESTALE', 'ETIMEDOUT', 'EHOSTDOWN'])
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'])

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** What the file system answered, as an error of this package. Its own error names paths only, so it may be the cause. */
export function toFileError(error: unknown, path: string): KeyturnError {
  const code = errorCode(error) ?? 'unknown error'
  const source = `file ${path}`
  if (code === 'EACCES' || code === 'EPERM') {
    const remedy = `Run as the owner of the file, or see who may enter its folder: namei -l ${shellQuote(path)}`
    return new SecretSourceDeniedError(source, remedy, { cause: error })
  }
  if (TRANSIENT.has(code)) return new SecretSourceUnavailableError(source, code, { cause: error })
  return new SecretSourceFailedError(source, `${code}. Mend the file system, or name another folder.`, { cause: error })
}

export function toLinkError(error: unknown, path: string): KeyturnError {
  const code = errorCode(error) ?? ''
  if (!NO_HARD_LINKS.has(code)) return toFileError(error, path)
  return new SecretSourceFailedError(
    `file ${path}`,
    `${code}. This file system has no hard links, which first creation needs; name a folder on another one.`,
    { cause: error },
  )
}
