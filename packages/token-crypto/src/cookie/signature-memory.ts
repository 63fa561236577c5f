/** Remembers recent signatures of one key, at least the last `capacity` and at most twice as many. */
export interface SignatureMemory {
  get(value: string): string | undefined
  set(value: string, signature: string): void
  clear(): void
}

/** Two generations: when the younger is full it becomes the older, and the older is dropped at once. */
export function createSignatureMemory(capacity: number): SignatureMemory {
  let young = new Map<string, string>()
  let old = new Map<string, string>()
  return {
    get: (value) => young.get(value) ?? old.get(value),
    set(value, signature) {
      if (capacity === 0) return
      if (young.size >= capacity) {
        old = young
        young = new Map()
      }
      young.set(value, signature)
    },
    clear() {
      young = new Map()
      old = new Map()
    },
  }
}
