import { open } from 'node:fs/promises'
import type { KeyId } from '@keyturn/token-crypto'
import type { ColumnValue } from '../column/column-format.ts'
import type { ColumnKey } from '../column/column-place.ts'
import type { ColumnChange } from '../column/decide-column.ts'
import { ExportFailedError } from '../errors.ts'

/** A value that is about to be cleared. */
export interface ClearedValue {
  readonly schema: string
  readonly table: string
  readonly column: string
  /** Text of each key column, in order. */
  readonly key: ColumnKey
  readonly reason: 'unknown-key' | 'corrupt' | 'not-ours'
  /** Key that the value names, where its format names one. */
  readonly keyId?: KeyId
  /** As it stood there: text, or the bytes of a `bytea`. In a file these are base64, as `bytes`. */
  readonly value: ColumnValue
}

/** What it rejects with ends the run, and the page is not cleared. */
export type ClearedValuesListener = (values: readonly ClearedValue[]) => Promise<void> | void

interface ExportedColumn {
  readonly schema: string
  readonly table: string
  readonly column: string
}

/** Called with the changes that were written, before they are committed. */
export function createClearedExport(
  { schema, table, column }: ExportedColumn,
  exportTo: string | ClearedValuesListener,
): (changes: readonly ColumnChange[]) => Promise<void> {
  const listener = typeof exportTo === 'string' ? (values: readonly ClearedValue[]) => appendLines(exportTo, values) : exportTo
  return async (changes) => {
    const values = changes.map(({ key, from, reason }): ClearedValue => {
      const named = reason?.keyId === undefined ? {} : { keyId: reason.keyId }
      return { schema, table, column, key, reason: reason?.outcome as ClearedValue['reason'], ...named, value: from }
    })
    await listener(values)
  }
}

async function appendLines(path: string, values: readonly ClearedValue[]): Promise<void> {
  try {
    const file = await open(path, 'a', 0o600)
    try {
      refuseOpenToOthers(await file.stat())
      await file.appendFile(values.map(toLine).join(''))
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw error instanceof ExportFailedError ? error : new ExportFailedError((error as NodeJS.ErrnoException).code ?? 'UNKNOWN')
  }
}

/** A file that was there before may be anybody's to read. */
function refuseOpenToOthers({ mode }: { readonly mode: number }): void {
  if ((mode & 0o077) !== 0) throw new ExportFailedError('OPEN_TO_OTHERS')
}

function toLine({ value, ...rest }: ClearedValue): string {
  const shown = typeof value === 'string' ? { value } : { bytes: value.toString('base64') }
  return `${JSON.stringify({ ...rest, ...shown })}\n`
}
