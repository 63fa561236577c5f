import type { SessionData } from './session-data.ts'

export interface MergeInput {
  /** What the request had loaded, as JSON. */
  readonly loaded: string
  /** What the request has now, as JSON. */
  readonly mine: string
  /** What is in the store now, as JSON. */
  readonly theirs: string
}

/**
 * Puts the changes of one request onto what another wrote meanwhile. The unit is the top-level key: one that this
 * request set, changed or deleted is as it left it; every other is as in the store now.
 *
 * @returns The merged data, as JSON.
 */
export function mergeData(input: MergeInput): string {
  const loaded = toTexts(input.loaded)
  const mine = toTexts(input.mine)
  const merged = toTexts(input.theirs)
  for (const [name, text] of mine) if (loaded.get(name) !== text) merged.set(name, text)
  for (const name of loaded.keys()) if (!mine.has(name)) merged.delete(name)
  return `{${[...merged].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
}

/** Each top-level key with its value as JSON. A Map takes names such as `__proto__` for what they are: names. */
function toTexts(json: string): Map<string, string> {
  const data = JSON.parse(json) as SessionData
  return new Map(Object.entries(data).map(([name, value]) => [name, JSON.stringify(value)]))
}
