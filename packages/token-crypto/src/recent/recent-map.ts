/** Remembers what was set or asked for recently: at least the last `capacity` entries, at most twice as many. */
export interface RecentMap<V> {
  get(name: string): V | undefined
  set(name: string, value: V): void
  clear(): void
}

/** Two generations: when the younger is full it becomes the older, and the older is dropped at once. */
export function createRecentMap<V>(capacity: number): RecentMap<V> {
  let young = new Map<string, V>()
  let old = new Map<string, V>()

  function set(name: string, value: V): void {
    if (capacity === 0) return
    if (young.size >= capacity) {
      old = young
      young = new Map()
    }
    young.set(name, value)
  }

  return {
    get(name) {
      const recent = young.get(name)
      if (recent !== undefined) return recent
      const value = old.get(name)
      if (value !== undefined) set(name, value)
      return value
    },
    set,
    clear() {
      young = new Map()
      old = new Map()
    },
  }
}
