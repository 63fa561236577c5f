import type { LegacySecret, SecretVersion } from '@keyturn/token-crypto'
import { RotationUnsupportedError } from './errors.ts'
import { guardForeign } from './foreign-error.ts'
import type { LoadOptions, ReplaceOutcome, SecretProvider, SecretSet } from './provider.ts'

/** Several sources that answer as one. */
export interface ProviderChain extends SecretProvider {
  create(version: SecretVersion, options?: LoadOptions): Promise<SecretSet>
  replace(next: SecretSet, expected: SecretSet, options?: LoadOptions): Promise<ReplaceOutcome>
  watch(onChange: () => void): () => void
  close(): Promise<void>
  /** Which source a set of this chain came from. */
  providerOf(set: SecretSet): SecretProvider | undefined
}

/** Where a set of the chain came from, and what of it belongs to that source. */
interface Share {
  readonly provider: SecretProvider
  readonly own: SecretSet
}

/**
 * Asks sources in order; the first that has a primary wins. What comes before it without a primary adds its legacy
 * secrets and its encryption versions. A source that does not answer ends the search: it is never passed over.
 *
 * @throws {TypeError} No provider was given.
 */
export function chainProviders(providers: readonly SecretProvider[]): ProviderChain {
  if (providers.length === 0) throw new TypeError('chainProviders: give at least one provider.')
  const shares = new WeakMap<SecretSet, Share>()
  const creator = providers.find(({ supports }) => supports.create)

  function combine(share: Share, supplements: readonly SecretSet[]): SecretSet {
    const set = supplements.reduceRight(addSupplement, share.own)
    shares.set(set, share)
    return set
  }

  async function loadSupplements(until: SecretProvider, options: LoadOptions): Promise<SecretSet[]> {
    const before = providers.slice(0, providers.indexOf(until))
    const sets = await Promise.all(before.map((provider) => loadFrom(provider, options)))
    return sets.filter((set) => set !== undefined)
  }

  return Object.freeze({
    name: providers.map(({ name }) => name).join(', '),
    place: providers.map(placeOf).join('; '),
    supports: Object.freeze({
      create: creator !== undefined,
      rotate: providers.some(({ supports }) => supports.rotate),
      watch: providers.some(({ supports }) => supports.watch),
    }),
    async load(options: LoadOptions = {}) {
      const supplements: SecretSet[] = []
      for (const provider of providers) {
        const own = await loadFrom(provider, options)
        if (own === undefined) continue
        if (own.versions.length > 0) return combine({ provider, own }, supplements)
        supplements.push(own)
      }
      return undefined
    },
    async create(version: SecretVersion, options: LoadOptions = {}) {
      const create = creator?.create
      if (creator === undefined || create === undefined) {
        throw new RotationUnsupportedError(providers.map(placeOf).join('; '), 'Add a source that can be written.')
      }
      const own = await guardForeign(placeOf(creator), options.signal, () => create.call(creator, version, options))
      return combine({ provider: creator, own }, await loadSupplements(creator, options))
    },
    async replace(next: SecretSet, expected: SecretSet, options: LoadOptions = {}) {
      const share = shares.get(expected)
      if (share === undefined) throw new TypeError('replace: expected is not a set that this chain has loaded.')
      const { provider, own } = share
      const { replace } = provider
      if (replace === undefined) throw new RotationUnsupportedError(own.origin, 'Its source is read-only.')
      const ownNext = withoutForeign(next, expected, own)
      const outcome = await guardForeign(own.origin, options.signal, () => replace.call(provider, ownNext, own, options))
      // A caller may build its next change on this set, before the source shows it to readers.
      if (outcome === 'replaced') shares.set(next, { provider, own: ownNext })
      return outcome
    },
    watch(onChange: () => void) {
      const ends = providers.flatMap((provider) => provider.watch?.(onChange) ?? [])
      return () => ends.forEach((end) => end())
    },
    async close() {
      await Promise.all(providers.map(async (provider) => provider.close?.()))
    },
    providerOf: (set: SecretSet) => shares.get(set)?.provider,
  })
}

function loadFrom(provider: SecretProvider, options: LoadOptions): Promise<SecretSet | undefined> {
  return guardForeign(placeOf(provider), options.signal, () => provider.load(options))
}

/** How messages call a source before it has answered. */
export function placeOf({ name, place }: SecretProvider): string {
  return place ?? name
}

function addSupplement(set: SecretSet, supplement: SecretSet): SecretSet {
  const legacySecrets = [...(set.legacySecrets ?? []), ...(supplement.legacySecrets ?? [])]
  const encryptionVersions = set.encryptionVersions ?? supplement.encryptionVersions
  const warnings = [...(set.warnings ?? []), ...(supplement.warnings ?? [])]
  return Object.freeze({
    ...set,
    ...(encryptionVersions === undefined ? {} : { encryptionVersions }),
    ...(legacySecrets.length === 0 ? {} : { legacySecrets }),
    ...(warnings.length === 0 ? {} : { warnings }),
  })
}

/** What other sources added is theirs and is not written into this one. */
function withoutForeign(next: SecretSet, expected: SecretSet, own: SecretSet): SecretSet {
  const { legacySecrets, encryptionVersions, ...rest } = next
  const foreign = new Set<LegacySecret>(expected.legacySecrets?.filter((legacy) => !own.legacySecrets?.includes(legacy)))
  const ownLegacy = legacySecrets?.filter((legacy) => !foreign.has(legacy)) ?? []
  const isOwnEncryption = own.encryptionVersions !== undefined || expected.encryptionVersions === undefined
  return {
    ...rest,
    ...(ownLegacy.length === 0 ? {} : { legacySecrets: ownLegacy }),
    ...(isOwnEncryption && encryptionVersions !== undefined ? { encryptionVersions } : {}),
  }
}
