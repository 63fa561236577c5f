import { holdsSecret, type RedactionRules } from './redaction-rules.ts'

type Holder = Record<string, unknown>

const DATA = { writable: true, configurable: true }

/** Redacts values: looks first, and copies only when something must change. */
export function createValueRedaction(rules: RedactionRules): (value: unknown) => unknown {
  const hiddenKeys = new Set(rules.keys)

  function isHidden(holder: Holder, key: string): boolean {
    if (holder[key] === undefined || holder[key] === null) return false
    if (!Array.isArray(holder)) return hiddenKeys.has(key.toLowerCase())
    // Node's rawHeaders: names and values in turn.
    const name: unknown = holder[Number(key) - 1]
    return typeof name === 'string' && typeof holder[Number(key)] === 'string' && hiddenKeys.has(name.toLowerCase())
  }

  function mustChange(value: unknown, seen: Set<object>): boolean {
    if (typeof value === 'string') return rules.redactText(value) !== value
    if (typeof value !== 'object' || value === null || seen.has(value)) return false
    seen.add(value)
    if (ArrayBuffer.isView(value)) return holdsSecret(value, rules)
    const holder = asPrinted(value)
    if (!isHolder(holder)) return mustChange(holder, seen)
    return propertiesOf(holder).some((key) => isHidden(holder, key) || mustChange(holder[key], seen))
  }

  function copy(value: unknown, copies: Map<object, unknown>): unknown {
    if (typeof value === 'string') return rules.redactText(value)
    if (typeof value !== 'object' || value === null) return value
    if (ArrayBuffer.isView(value)) return holdsSecret(value, rules) ? rules.censor : value
    const known = copies.get(value)
    if (known !== undefined) return known
    const holder = asPrinted(value)
    if (!isHolder(holder)) return copy(holder, copies)
    const target = emptyLike(holder)
    copies.set(value, target)
    for (const key of propertiesOf(holder)) {
      const redacted = isHidden(holder, key) ? rules.censor : copy(holder[key], copies)
      const enumerable = Object.prototype.propertyIsEnumerable.call(holder, key)
      Object.defineProperty(target, key, { ...DATA, enumerable, value: redacted })
    }
    return target
  }

  return (value) => (mustChange(value, new Set()) ? copy(value, new Map()) : value)
}

/** What a logger prints: the answer of `toJSON` where there is one. */
function asPrinted(value: object): unknown {
  const { toJSON } = value as { toJSON?: unknown }
  return typeof toJSON === 'function' ? (toJSON.call(value) as unknown) : value
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null
}

function emptyLike(holder: Holder): Holder {
  if (Array.isArray(holder)) return [] as unknown as Holder
  return Object.create(Object.getPrototypeOf(holder) as object | null) as Holder
}

/** Of an error also what is not enumerable: message, stack, cause, errors. */
function propertiesOf(holder: Holder): string[] {
  return holder instanceof Error ? Object.getOwnPropertyNames(holder) : Object.keys(holder)
}
