import type { KeyId, Place } from '@keyturn/token-crypto'
import type { Decide, Decision } from '../bulk/bulk-place.ts'
import type { Decided } from '../report.ts'
import type { ColumnFormat, ColumnKind, ColumnValue, OpenedValue } from './column-format.ts'
import type { ColumnKey } from './column-place.ts'

export interface ColumnItem {
  readonly key: ColumnKey
  /** `null` is empty. */
  readonly value: ColumnValue | null
}

export interface ColumnChange {
  readonly key: ColumnKey
  readonly from: ColumnValue
  /** `null` clears. */
  readonly to: ColumnValue | null
  /** Why it is cleared. */
  readonly reason?: Decided
}

export interface ColumnDecision {
  readonly from: readonly ColumnFormat[]
  readonly to: ColumnFormat
  readonly kind: ColumnKind
  /** Characters that fit; `undefined` when the column has no bound. */
  readonly maxCharacters: number | undefined
  readonly placeOf: (key: ColumnKey) => Place
}

/** What is under the target key stays; what opens is written under it; all else is classified and left. */
export function decideReencryption(options: ColumnDecision): Decide<ColumnItem, ColumnChange> {
  const { to, kind, maxCharacters, placeOf } = options
  const formats = [to, ...options.from.filter((format) => format !== to)]
  return (items) => items.map(decideItem)

  function decideItem({ key, value }: ColumnItem): Decision<ColumnChange> {
    if (isEmpty(value)) return { outcome: 'empty' }
    const place = placeOf(key)
    const { opened, format } = openWithAny(formats, value, place)
    if (opened.outcome !== 'opened') return opened
    const { keyId } = opened
    if (format === to && opened.current) return { outcome: 'current', keyId }
    const sealed = to.seal(opened, place, kind)
    opened.plain.fill(0)
    if (sealed.length === 0) throw new TypeError(`The format ${to.name} made nothing of a value.`)
    if (maxCharacters !== undefined && sealed.length > maxCharacters) return { outcome: 'too-wide', keyId }
    return { outcome: 'changed', keyId, change: { key, from: value, to: sealed } }
  }
}

/** Nothing changes: what opens, counts as current, under the key that it names. */
export function decideInspection(options: Pick<ColumnDecision, 'from' | 'placeOf'>): Decide<ColumnItem, ColumnChange> {
  return (items) =>
    items.map(({ key, value }) => {
      if (isEmpty(value)) return { outcome: 'empty' }
      const { opened } = openWithAny(options.from, value, options.placeOf(key))
      if (opened.outcome !== 'opened') return opened
      opened.plain.fill(0)
      return { outcome: 'current', keyId: opened.keyId }
    })
}

/** As `decideInspection`, and what is unreadable for one of the reasons is cleared. */
export function decideClearing(
  options: Pick<ColumnDecision, 'from' | 'placeOf'> & { readonly reasons: readonly string[] },
): Decide<ColumnItem, ColumnChange> {
  const inspect = decideInspection(options)
  return (items) =>
    inspect(items).map((decided, i): Decision<ColumnChange> => {
      const { key, value } = items[i] as ColumnItem
      if (value === null || !options.reasons.includes(decided.outcome)) return decided
      const change = { key, from: value, to: null, reason: decided }
      return { ...withKeyId(decided.keyId), outcome: 'changed', change }
    })
}

function withKeyId(keyId: KeyId | undefined): { keyId?: KeyId } {
  return keyId === undefined ? {} : { keyId }
}

function isEmpty(value: ColumnValue | null): value is null {
  return value === null || value.length === 0
}

/** How much a format that does not open a value still knows of it. */
const KNOWLEDGE = { 'not-ours': 0, corrupt: 1, 'unknown-key': 2, opened: 3 }

function openWithAny(
  formats: readonly ColumnFormat[],
  value: ColumnValue,
  place: Place,
): { opened: OpenedValue; format: ColumnFormat | undefined } {
  let best: { opened: OpenedValue; format: ColumnFormat | undefined } = {
    opened: { outcome: 'not-ours' },
    format: undefined,
  }
  for (const format of formats) {
    const opened = format.open(value, place)
    if (opened.outcome === 'opened') return { opened, format }
    if (KNOWLEDGE[opened.outcome] > KNOWLEDGE[best.opened.outcome]) best = { opened, format }
  }
  return best
}
