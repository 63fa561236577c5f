import type { KeyId, Place } from '@keyturn/token-crypto'
import type { Decide, Decision } from '../bulk/bulk-place.ts'
import type { Decided } from '../report.ts'
import { type ColumnFormat, type ColumnKind, type ColumnValue, openAll, type OpenedValue, sealAll } from './column-format.ts'
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
  return (items) => {
    const looked = lookInto(items, formats, placeOf)
    const old = looked.filter(isOld)
    const sealed = sealAll(to, old.map(({ opened }) => opened), old.map(({ place }) => place), kind).values()
    for (const { opened } of old) opened.plain.fill(0)
    return looked.map((each) => (isOld(each) ? replaced(each, sealed.next().value) : settled(each)))
  }

  function isOld(looked: LookedInto): looked is OpenedItem {
    const { opened, format } = looked
    return opened?.outcome === 'opened' && !(format === to && opened.current)
  }

  function replaced({ item: { key }, value: from, opened: { keyId } }: OpenedItem, sealed: ColumnValue | undefined): Decision<ColumnChange> {
    if (sealed === undefined || sealed.length === 0) throw new TypeError(`The format ${to.name} made nothing of a value.`)
    if (maxCharacters !== undefined && sealed.length > maxCharacters) return { outcome: 'too-wide', keyId }
    return { outcome: 'changed', keyId, change: { key, from, to: sealed } }
  }
}

/** Nothing changes: what opens, counts as current, under the key that it names. */
export function decideInspection(options: Pick<ColumnDecision, 'from' | 'placeOf'>): Decide<ColumnItem, ColumnChange> {
  return (items) => lookInto(items, options.from, options.placeOf).map(settled)
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

/** An item, and what became of its value. */
interface LookedInto {
  readonly item: ColumnItem
  /** `undefined` is empty. */
  readonly value: ColumnValue | undefined
  readonly place: Place | undefined
  readonly opened: OpenedValue | undefined
  /** That opened it. */
  readonly format: ColumnFormat | undefined
}

interface OpenedItem extends LookedInto {
  readonly value: ColumnValue
  readonly place: Place
  readonly opened: Extract<OpenedValue, { outcome: 'opened' }>
}

/** Where nothing is written. */
function settled({ opened }: LookedInto): Decision<ColumnChange> {
  if (opened === undefined) return { outcome: 'empty' }
  if (opened.outcome !== 'opened') return opened
  opened.plain.fill(0)
  return { outcome: 'current', keyId: opened.keyId }
}

/** How much a format that does not open a value still knows of it. */
const KNOWLEDGE = { 'not-ours': 0, corrupt: 1, 'unknown-key': 2, opened: 3 }
const NOTHING: OpenedValue = { outcome: 'not-ours' }

/** Each format is given what those before it did not open. */
function lookInto(items: readonly ColumnItem[], formats: readonly ColumnFormat[], placeOf: (key: ColumnKey) => Place): LookedInto[] {
  const looked = items.map((item): Writable<LookedInto> => {
    const { key, value } = item
    if (value === null || value.length === 0) return { item, value: undefined, place: undefined, opened: undefined, format: undefined }
    return { item, value, place: placeOf(key), opened: NOTHING, format: undefined }
  })
  for (const format of formats) {
    const left = looked.filter(({ opened }) => opened !== undefined && opened.outcome !== 'opened')
    if (left.length === 0) break
    const results = openAll(format, left.map(({ value }) => value as ColumnValue), left.map(({ place }) => place as Place))
    for (const [n, opened] of results.entries()) {
      const each = left[n] as Writable<LookedInto>
      if (KNOWLEDGE[opened.outcome] <= KNOWLEDGE[(each.opened as OpenedValue).outcome]) continue
      each.opened = opened
      each.format = format
    }
  }
  return looked
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }
