import { SecretSourceClosedError } from '../errors.ts'
import { fingerprint } from '../key-set/fingerprint.ts'
import type { SecretProvider, SecretSet } from '../provider.ts'

/** Keeps secrets in the memory of this process: they are gone when it ends, and no other process knows them. */
export function createEphemeralProvider(): SecretProvider {
  const origin = 'memory of this process'
  const watchers = new Set<() => void>()
  let current: SecretSet | undefined
  let closed = false

  function assertOpen(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted()
    if (closed) throw new SecretSourceClosedError('The ephemeral provider')
  }

  function set(next: SecretSet): SecretSet {
    current = Object.freeze({ ...next, origin })
    for (const onChange of watchers) onChange()
    return current
  }

  return Object.freeze({
    name: 'ephemeral',
    supports: Object.freeze({ create: true, rotate: true, watch: true }),
    async load({ signal } = {}) {
      assertOpen(signal)
      return current
    },
    async create(version, { signal } = {}) {
      assertOpen(signal)
      return current ?? set({ versions: Object.freeze([version]), origin })
    },
    async replace(next, expected, { signal } = {}) {
      assertOpen(signal)
      if (current === undefined || fingerprint(current) !== fingerprint(expected)) return 'conflict'
      set(next)
      return 'replaced'
    },
    watch(onChange) {
      assertOpen(undefined)
      watchers.add(onChange)
      return () => void watchers.delete(onChange)
    },
    async close() {
      closed = true
      watchers.clear()
    },
  } satisfies SecretProvider)
}
