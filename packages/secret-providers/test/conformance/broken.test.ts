import t from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { createEphemeralProvider, type SecretProvider, type SecretSet, SecretSourceUnavailableError } from '../../src/index.ts'

type Shared = { set: SecretSet | undefined }

/** A provider in memory that several can share, and that a fault makes wrong in one way. */
function createShared(shared: Shared, fault: (provider: SecretProvider, shared: Shared) => Partial<SecretProvider>): SecretProvider {
  let closed = false
  const open = (): void => {
    if (closed) throw Object.assign(new Error('closed'), { code: 'KEYTURN_SECRET_SOURCE_CLOSED' })
  }
  const provider: SecretProvider = {
    name: 'shared',
    supports: { create: true, rotate: true, watch: false },
    async load({ signal } = {}) {
      signal?.throwIfAborted()
      open()
      return shared.set
    },
    async create(version) {
      open()
      shared.set ??= { versions: [version], origin: 'shared memory' }
      return shared.set
    },
    async replace(next, expected) {
      open()
      if (shared.set !== expected) return 'conflict'
      shared.set = { ...next }
      return 'replaced'
    },
    async close() {
      closed = true
    },
  }
  return { ...provider, ...fault(provider, shared) }
}

const FAULTS: Record<string, Parameters<typeof createShared>[1]> = {
  'creates at each call': (_provider, shared) => ({
    create: async (version) => (shared.set = { versions: [version], origin: 'shared memory' }),
  }),
  'hands back its own secret although another won': (provider) => ({
    async create(version) {
      await provider.create?.(version)
      return { versions: [version], origin: 'shared memory' }
    },
  }),
  'checks first and writes later': (_provider, shared) => ({
    async create(version) {
      if (shared.set !== undefined) return shared.set
      await new Promise(setImmediate)
      return (shared.set = { versions: [version], origin: 'shared memory' })
    },
  }),
  'replaces without comparing': (_provider, shared) => ({
    async replace(next) {
      shared.set = next
      return 'replaced'
    },
  }),
  'forgets legacy secrets': (provider, shared) => ({
    async replace(next, expected) {
      const outcome = await provider.replace?.(next, expected)
      if (shared.set !== undefined) {
        const { legacySecrets: _lost, ...rest } = shared.set
        shared.set = rest
      }
      return outcome ?? 'conflict'
    },
  }),
  'takes an outage for absence': (provider) => ({
    load: (options) => provider.load(options).catch(() => undefined),
  }),
  'says that it can watch, and cannot': (provider) => ({ supports: { ...provider.supports, watch: true } }),
  'pays no heed to an abort': (provider) => ({ load: () => provider.load() }),
  'goes on after close': () => ({ close: async () => undefined }),
}

t.test('the shared provider itself passes', async (t) => {
  t.strictSame(await failuresOf(() => ({})), [])
  t.strictSame(await failuresOf(undefined), [])
})

for (const [name, fault] of Object.entries(FAULTS)) {
  t.test(`the suite notices a provider that ${name}`, async (t) => {
    const failures = await failuresOf(fault)
    t.not(failures.length, 0)
    t.comment(failures.join('; '))
  })
}

/** Names of the checks that fail. */
async function failuresOf(fault: Parameters<typeof createShared>[1] | undefined): Promise<string[]> {
  const checks: { name: string; body: () => Promise<void> }[] = []
  const memories = new WeakMap<SecretProvider, Shared>()
  const make = (shared: Shared): SecretProvider => {
    const provider = fault === undefined ? createEphemeralProvider() : createShared(shared, fault)
    memories.set(provider, shared)
    return provider
  }
  const sharedOf = (provider: SecretProvider): Shared => memories.get(provider) ?? { set: undefined }
  testConformance({
    test: (name, body) => checks.push({ name, body }),
    createProvider: () => make({ set: undefined }),
    ...(fault === undefined
      ? {}
      : {
          connect: (provider: SecretProvider) => make(sharedOf(provider)),
          breakSource(provider: SecretProvider) {
            const shared = sharedOf(provider)
            const { set } = shared
            Object.defineProperty(shared, 'set', {
              configurable: true,
              get() {
                throw new SecretSourceUnavailableError('shared memory', 'down')
              },
            })
            return () => Object.defineProperty(shared, 'set', { configurable: true, writable: true, value: set })
          },
        }),
  })
  const failures: string[] = []
  for (const { name, body } of checks) await body().catch(() => failures.push(name))
  return failures
}
