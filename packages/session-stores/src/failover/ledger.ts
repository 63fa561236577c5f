import type { Clock, EpochMs } from '@keyturn/token-crypto'
import type { SessionStore, StoredSession, StoreKey, Version } from '../store.ts'
import { decodeLedgerRecord, encodeLedgerRecord, reservedName } from './chain-record.ts'

/**
 * `first`: the first link serves. `second`: the second does, and nobody uses the first. `returning`: the second serves,
 * every write reaches the first as well, and one instance brings the first up.
 */
export type Stage = 'first' | 'second' | 'returning'

/** What all instances of a chain go by. */
export interface Term {
  readonly stage: Stage
  /** Generation of the first link that `stage: 'first'` holds for. */
  readonly generation: string
  /** Instance that brings a link up. */
  readonly leader: string
  /** The second link lacks what the first has: it is no fall-back. */
  readonly behind: boolean
  readonly since: EpochMs
  /** Counts its writes. */
  readonly version: Version
}

export interface LedgerView {
  readonly term: Term | undefined
  /** Instances that find the first link unusable, this one among them or not. */
  readonly holders: ReadonlySet<string>
}

/** Agreement of all instances, kept in the second link as ordinary records under a reserved owner. */
export interface Ledger {
  /** Name of this instance. */
  readonly instance: string
  look(): Promise<LedgerView>
  /** By compare-and-set. @returns `undefined` when another instance has written since. */
  write(term: Omit<Term, 'version' | 'since'>, expected: Version | undefined): Promise<Term | undefined>
  /** Nobody returns to the first link before `forMs` have passed, or `release`. */
  hold(forMs: number): Promise<void>
  /** For how long the hold of this instance still lasts, milliseconds; `undefined` without one. */
  readonly holdLeftMs: number | undefined
  release(): Promise<void>
  /** All sessions of an owner but one ended while the first link was away, also those that only it has. */
  revoke(ownerTag: Buffer, except: StoreKey | undefined): Promise<void>
  revocations(): Promise<Revocation[]>
  /** The first link was brought up: they have been carried out. */
  forget(revocations: readonly Revocation[]): Promise<void>
}

export interface Revocation {
  readonly key: StoreKey
  readonly ownerTag: Buffer
  readonly except: StoreKey | undefined
}

const LEDGER_TAG = reservedName('ledger')
const REVOKED_TAG = reservedName('revoked')
const TERM_KEY = reservedName('term')
const FOREVER_MS = 100 * 365 * 86_400_000
const STAGES: readonly unknown[] = ['first', 'second', 'returning']

export function createLedger(store: SessionStore, instance: string, clock: Clock): Ledger {
  const holdKey = reservedName('hold', instance)
  let heldUntil: EpochMs | undefined

  function ledgerRecord(content: object, version: Version, expiresAt: EpochMs): StoredSession['record'] {
    return encodeLedgerRecord({ content, version, ownerTag: LEDGER_TAG, now: clock.now(), expiresAt })
  }

  return {
    instance,
    async look() {
      const found = (await store.listByOwner?.(LEDGER_TAG)) ?? []
      const term = found.find(({ key }) => key.equals(TERM_KEY))
      const holders = found.map(toHolder).filter((holder) => holder !== undefined)
      return { term: term === undefined ? undefined : toTerm(term), holders: new Set(holders) }
    },
    async write(fields, expected) {
      const since = clock.now()
      const version = (expected ?? 0) + 1
      const { stage, generation, leader, behind } = fields
      const content = { stage, generation, leader, behind, since }
      const outcome = await store.put(TERM_KEY, ledgerRecord(content, version, since + FOREVER_MS), expected ?? 'absent')
      return outcome === 'stored' ? { ...content, version } : undefined
    },
    async hold(forMs) {
      heldUntil = clock.now() + forMs
      await store.put(holdKey, ledgerRecord({ holder: instance }, 1, heldUntil), 'any')
    },
    get holdLeftMs() {
      return heldUntil === undefined ? undefined : heldUntil - clock.now()
    },
    async release() {
      if (heldUntil === undefined) return
      await store.destroy(holdKey)
      heldUntil = undefined
    },
    async revoke(ownerTag, except) {
      const [now, version] = [clock.now(), 1]
      const content = { owner: ownerTag.toString('hex'), except: except?.toString('hex') }
      const expiresAt = now + FOREVER_MS
      const record = encodeLedgerRecord({ content, version, ownerTag: REVOKED_TAG, now, expiresAt })
      await store.put(reservedName('revoked', ownerTag), record, 'any')
    },
    async revocations() {
      const found = (await store.listByOwner?.(REVOKED_TAG)) ?? []
      return found.map(toRevocation).filter((revocation) => revocation !== undefined)
    },
    async forget(revocations) {
      for (const { key } of revocations) await store.destroy(key)
    },
  }
}

function toRevocation({ key, record }: StoredSession): Revocation | undefined {
  const { owner, except } = decodeLedgerRecord(record) ?? {}
  if (typeof owner !== 'string') return undefined
  const ownerTag = Buffer.from(owner, 'hex')
  return { key, ownerTag, except: typeof except === 'string' ? Buffer.from(except, 'hex') : undefined }
}

function toTerm({ record }: { key: StoreKey; record: StoredSession['record'] }): Term | undefined {
  const { stage, generation, leader, behind, since } = decodeLedgerRecord(record) ?? {}
  if (!STAGES.includes(stage)) return undefined
  return {
    stage: stage as Stage,
    generation: String(generation),
    leader: String(leader),
    behind: behind === true,
    since: Number(since),
    version: record.version,
  }
}

function toHolder({ record }: StoredSession): string | undefined {
  const holder = decodeLedgerRecord(record)?.['holder']
  return typeof holder === 'string' ? holder : undefined
}
