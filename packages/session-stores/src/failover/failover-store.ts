import { StoreUnavailableError } from '../errors.ts'
import { createGuardedStore } from '../guarded-store.ts'
import type { EpochMs } from '@keyturn/token-crypto'
import type { PutOutcome, SessionStore, StoreCapabilities, StoredSession } from '../store.ts'
import type { FailoverStore } from './chain-status.ts'
import { type ChainLinks, type FailoverOptions, resolveFailoverOptions, resolveLinks } from './failover-options.ts'
import { createParts } from './failover-parts.ts'
import { describeChain } from './describe-chain.ts'
import type { Operation } from './operations.ts'
import type { WarmCopies } from './warm-copies.ts'
import { countLink, scanLink } from './whole-chain.ts'

/**
 * Several stores as one, such as `[redis, postgres, memory]`: the first serves and the second is written behind it;
 * when the first fails, the second serves, and when it is back, it is brought up before anything is read from it.
 *
 * @param links - One or two durable stores that can scan and know owners, and at most one that is not durable.
 * @throws {TypeError} Names everything that is wrong.
 */
export function createFailoverStore(links: readonly SessionStore[], options: FailoverOptions = {}): FailoverStore {
  const settings = resolveFailoverOptions(options)
  const chain = resolveLinks(links)
  const { helm, mirror, operations, warm, close } = createParts(chain, settings)
  const supports = capabilitiesOf(chain)
  const { run } = operations

  /** The link that serves, for what concerns all of its sessions. */
  function serving(): Promise<SessionStore> {
    return run(async (_calls, _again, { place }) => {
      // The last link knows only a part, which nobody should take for all.
      if (place === 'last') throw new StoreUnavailableError(settings.name, 'DURABLE_LINKS_AWAY')
      return chain[place] ?? chain.first
    })
  }

  /**
   * Where another instance may still have to bring a session, not to find it is an outage and no absence.
   *
   * @param learn - Told of what a durable link answered.
   */
  async function unlessMissed<T>(
    operation: Operation<T>,
    isAbsence: (result: T) => boolean,
    learn: (result: T) => void = () => undefined,
  ): Promise<T> {
    let isDurable = false
    const result = await run((calls, again, bearing) => {
      isDurable = bearing.place !== 'last'
      return operation(calls, again, bearing)
    })
    if (!isDurable) return result
    learn(result)
    if (helm.mayMiss && isAbsence(result)) throw new StoreUnavailableError(settings.name, 'MOVING_UP')
    return result
  }

  const store = createGuardedStore({
    name: settings.name,
    supports,
    get(key) {
      const began = warm?.begin() ?? 0
      return unlessMissed(
        (calls) => calls.get(key),
        (record) => record === undefined && warm?.hasEnded(key) !== true,
        warm && ((record) => warm.read(key, record, began)),
      )
    },
    put: (key, record, expected) =>
      unlessMissed(
        (calls, again) => calls.put({ key, record, expected, again }),
        (outcome) => outcome === 'gone' && warm?.hasEnded(key) !== true,
        warm && ((outcome) => learnWrite(warm, { key, record, outcome, now: settings.clock.now() })),
      ),
    touch: (key, expiresAt) =>
      unlessMissed(
        (calls) => calls.touch(key, expiresAt),
        (touched) => !touched && warm?.hasEnded(key) !== true,
        warm && ((touched) => (touched ? warm.prolonged(key, expiresAt) : warm.missed(key))),
      ),
    destroy: (key) =>
      run((calls, _again, { place }) => {
        if (place !== 'last') warm?.ended(key)
        return calls.destroy(key)
      }),
    listByOwner: (ownerTag) => unlessMissed((calls) => calls.listByOwner(ownerTag), () => true),
    destroyByOwner: (ownerTag, which = {}) =>
      unlessMissed(
        (calls, _again, { place }) => {
          if (place !== 'last') warm?.endedOwner(ownerTag, which.except)
          return calls.destroyByOwner(ownerTag, which)
        },
        () => true,
        warm && (() => warm.endedOwner(ownerTag, which.except)),
      ),
    async *scan(scanOptions) {
      yield* scanLink(await serving(), scanOptions)
    },
    async prune(pruneOptions) {
      await mirror?.drain().catch(() => undefined)
      let removed = 0
      for (const link of chain.all) removed += (await link.prune?.(pruneOptions).catch(() => 0)) ?? 0
      return removed
    },
    statistics: async () => countLink(await serving()),
    ping: () => run(async (_calls, _again, { place }) => chain[place]?.ping()),
    async close() {
      await close()
      if (settings.ownsLinks) await Promise.all(chain.all.map((link) => link.close()))
    },
  })
  return Object.freeze({ ...store, status: () => describeChain({ chain, helm, mirror }) })
}

interface LearntWrite extends StoredSession {
  readonly outcome: PutOutcome
  readonly now: EpochMs
}

function learnWrite(warm: WarmCopies, { key, record, outcome, now }: LearntWrite): void {
  if (outcome === 'gone') warm.missed(key)
  if (outcome !== 'stored') return
  if (record.expiresAt <= now) warm.ended(key)
  else warm.wrote(key, record)
}

function capabilitiesOf({ all, first, second }: ChainLinks): StoreCapabilities {
  const durable = second === undefined ? [first] : [first, second]
  return Object.freeze({
    scan: true,
    owners: true,
    prune: all.some((link) => link.supports.prune),
    statistics: durable.every((link) => link.supports.statistics),
    durable: true,
    shared: durable.every((link) => link.supports.shared),
  })
}
