import type { EpochMs, KeyId, Place } from '@keyturn/token-crypto'

/** What stands in a column: text, or bytes of a `bytea`. */
export type ColumnValue = string | Buffer

/** What a value turned out to be. */
export type OpenedValue =
  | {
      readonly outcome: 'opened'
      readonly plain: Buffer
      /** It is under the key that this format writes with: nothing to do. */
      readonly current: boolean
      readonly keyId: KeyId
      /** When it was made, where the format says so; kept when it is written anew. */
      readonly madeAt?: EpochMs
    }
  | { readonly outcome: 'unknown-key' | 'corrupt' | 'not-ours'; readonly keyId?: KeyId }

/** How encrypted values of a column are written: one file a format. */
export interface ColumnFormat {
  readonly name: string
  /** Key that new values are written under. */
  readonly keyId: KeyId
  /** @param place - Where the value rests: formats that bind a value to its place open it only there. */
  open(value: ColumnValue, place: Place): OpenedValue
  /** @param kind - Form that the column takes. */
  seal(value: PlainValue, place: Place, kind: ColumnKind): ColumnValue
  /** As `open` for each, where that costs less. */
  openAll?(values: readonly ColumnValue[], places: readonly Place[]): OpenedValue[]
  /** As `seal` for each, where that costs less. */
  sealAll?(values: readonly PlainValue[], places: readonly Place[], kind: ColumnKind): ColumnValue[]
}

export function openAll(format: ColumnFormat, values: readonly ColumnValue[], places: readonly Place[]): OpenedValue[] {
  return format.openAll?.(values, places) ?? values.map((value, i) => format.open(value, places[i] as Place))
}

export function sealAll(format: ColumnFormat, values: readonly PlainValue[], places: readonly Place[], kind: ColumnKind): ColumnValue[] {
  return format.sealAll?.(values, places, kind) ?? values.map((value, i) => format.seal(value, places[i] as Place, kind))
}

export interface PlainValue {
  readonly plain: Buffer
  readonly madeAt?: EpochMs | undefined
}

export type ColumnKind = 'text' | 'bytes'
