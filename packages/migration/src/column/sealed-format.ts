import { inspectSealed, type Keyring, type KeyturnError, open, type Place, type Purpose, seal } from '@keyturn/token-crypto'
import type { ColumnFormat, ColumnKind, ColumnValue, OpenedValue, PlainValue } from './column-format.ts'

export interface SealedFormatOptions {
  readonly keyring: Keyring
  /** Default `'token'`. */
  readonly purpose?: Purpose
}

const TEXT_PREFIX = 'kt1.'

/** Sealed values of `@keyturn/token-crypto`: bytes in a `bytea`, `kt1.` and base64url in a text column. */
export function createSealedFormat({ keyring, purpose = 'token' }: SealedFormatOptions): ColumnFormat {
  const primary = keyring.primary(purpose)
  return Object.freeze({
    name: 'sealed',
    keyId: primary.id,
    open(value: ColumnValue, place: Place): OpenedValue {
      const bytes = typeof value === 'string' ? decodeText(value) : value
      if (bytes === 'corrupt') return { outcome: 'corrupt' }
      const keyId = bytes === undefined ? undefined : inspectSealed(bytes)?.keyId
      if (bytes === undefined || keyId === undefined) return { outcome: 'not-ours' }
      try {
        const plain = open(keyring, purpose, bytes, place)
        return { outcome: 'opened', plain, current: keyId === primary.id, keyId }
      } catch (error) {
        return { outcome: reasonOf(error), keyId }
      }
    },
    seal({ plain }: PlainValue, place: Place, kind: ColumnKind): ColumnValue {
      const bytes = seal(keyring, purpose, plain, place)
      return kind === 'bytes' ? bytes : TEXT_PREFIX + bytes.toString('base64url')
    },
  })
}

function decodeText(text: string): Buffer | 'corrupt' | undefined {
  if (!text.startsWith(TEXT_PREFIX)) return undefined
  const bytes = Buffer.from(text.slice(TEXT_PREFIX.length), 'base64url')
  return TEXT_PREFIX + bytes.toString('base64url') === text && inspectSealed(bytes) !== undefined ? bytes : 'corrupt'
}

function reasonOf(error: unknown): 'unknown-key' | 'corrupt' {
  const { code } = error as Partial<KeyturnError>
  if (code === 'KEYTURN_UNKNOWN_KEY') return 'unknown-key'
  if (code === 'KEYTURN_CANNOT_OPEN') return 'corrupt'
  throw error
}
