/** What the visitor did last; it decides what each panel explains. */
export type Deed = 'signed-in' | 'basket' | 'staged' | 'rotated' | 'restarted' | 'signed-out' | 'ended'

const DEEDS: readonly unknown[] = ['signed-in', 'basket', 'staged', 'rotated', 'restarted', 'signed-out', 'ended'] satisfies Deed[]

/** Reads `?after=…`; anything else than a deed is none. */
export function readDeed(query: unknown): Deed | undefined {
  const after: unknown = typeof query === 'object' && query !== null && 'after' in query ? query.after : undefined
  return DEEDS.includes(after) ? (after as Deed) : undefined
}

export function pathAfter(deed: Deed): string {
  return `/?after=${deed}`
}
