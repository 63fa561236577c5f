import { StoreUnavailableError } from '../errors.ts'
import type { SessionStore } from '../store.ts'
import { type Breaker, createBreaker } from './breaker.ts'
import type { TellNews } from './chain-events.ts'
import { visible } from './chain-record.ts'
import type { ResolvedFailoverOptions } from './failover-options.ts'
import type { Ledger, Stage, Term } from './ledger.ts'
import { limitWait, probe, reasonOf } from './link-calls.ts'

/** Knows what all instances have agreed on, and with it whether the second link answers. */
export interface LedgerWatch {
  readonly breaker: Breaker
  readonly term: Term | undefined
  /** Instances that find the first link unusable. */
  readonly holders: ReadonlySet<string>
  /** The last look is young enough to go by. */
  readonly hasLease: boolean
  /** For how long the term has stood as it is, milliseconds. */
  readonly termAgeMs: number
  look(): Promise<void>
  /** An operation failed on the second link. Resolves when it is known what that meant. */
  doubt(): Promise<void>
  /** It refused a write: nothing more need be asked. */
  refused(reason: string): void
  /** @throws {StoreUnavailableError} Another instance was faster. */
  write(stage: Stage, changes?: { readonly generation?: string; readonly behind?: boolean }): Promise<void>
  close(): Promise<void>
}

export interface LedgerWatchOptions {
  readonly first: SessionStore
  readonly second: SessionStore
  readonly ledger: Ledger
  readonly settings: ResolvedFailoverOptions
  readonly tell: TellNews
  /** Generation of the first link, where it answers. */
  readonly generation: () => string | undefined
  /** @param waitMs - How long others may still go by the former term. */
  readonly onTerm: (found: Term, former: Term | undefined, waitMs: number) => void
  /** Writes some of what waits for the second link. Rejects where it does not take it. */
  readonly tryWrites: () => Promise<void>
  /** @param wasLost - Else it was only doubted. */
  readonly onAnswer: (wasLost: boolean) => void
  readonly onLoss: () => void
  readonly onLooked: () => void
}

export function createLedgerWatch(options: LedgerWatchOptions): LedgerWatch {
  const { first, second, ledger, settings, tell, generation, onTerm, tryWrites, onAnswer, onLoss, onLooked } = options
  const { clock, leaseMs, maxDelayMs, timeoutMs, monotonicMs } = settings
  const breaker = createBreaker(settings)
  let term: Term | undefined
  let holders: ReadonlySet<string> = new Set()
  let lookedAt = Number.NEGATIVE_INFINITY
  let termSeenAt = 0
  let looking: Promise<void> | undefined
  let closed = false

  const within = <T>(work: Promise<T>): Promise<T> => limitWait(work, timeoutMs, second.name, clock)

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined
      onLooked()
    })
    return looking
  }

  async function lookOnce(): Promise<void> {
    const startedAt = monotonicMs()
    try {
      const seen = await within(ledger.look())
      holders = seen.holders
      const found = seen.term ?? (await writeFirstTerm())
      if (found !== undefined) adopt(found, startedAt, leaseMs)
      if (breaker.state === 'closed' || breaker.state === 'reconciling') return
      // What failed may have been a write, and a look only reads.
      await within(probe(second, ledger.instance, clock))
      // A full one takes a probe, which needs no more room than the one before.
      await tryWrites()
      answered()
    } catch (error) {
      if (!closed) lose(reasonOf(error))
    }
  }

  /** Nothing to agree on yet: with two empty links there is nothing to bring up either. */
  async function writeFirstTerm(): Promise<Term | undefined> {
    const empty = await within(Promise.all([isEmpty(first), isEmpty(second)])).catch(() => [false])
    const read = generation()
    const stage: Stage = empty.every(Boolean) && read !== undefined ? 'first' : 'second'
    return ledger.write({ stage, generation: read ?? '', leader: ledger.instance, behind: false }, undefined)
  }

  function adopt(found: Term, seenAt: number, waitMs: number): void {
    const former = term
    if (former !== undefined && found.version < former.version) return
    term = found
    lookedAt = Math.max(lookedAt, seenAt)
    if (former?.version === found.version) return
    termSeenAt = monotonicMs()
    onTerm(found, former, waitMs)
  }

  function answered(): void {
    const wasLost = breaker.reason !== undefined
    if (wasLost) tell({ type: 'link-recovered', link: second.name })
    breaker.close()
    onAnswer(wasLost)
  }

  function lose(reason: string): void {
    const isNews = breaker.reason === undefined
    breaker.open(reason)
    if (!isNews) return
    tell({ type: 'link-lost', link: second.name, reason })
    onLoss()
  }

  return {
    breaker,
    get term() {
      return term
    },
    get holders() {
      return holders
    },
    get hasLease() {
      return monotonicMs() < lookedAt + leaseMs
    },
    get termAgeMs() {
      return monotonicMs() - termSeenAt
    },
    look,
    async doubt() {
      if (breaker.state === 'closed') breaker.halfOpen()
      await look()
    },
    refused: lose,
    async write(stage, changes = {}) {
      if (term === undefined) return
      const startedAt = monotonicMs()
      const { generation: former, behind, version } = term
      const fields = { generation: former, behind, ...changes, stage, leader: ledger.instance }
      const written = await within(ledger.write(fields, version))
      if (written !== undefined) return adopt(written, startedAt, leaseMs + maxDelayMs)
      await look()
      throw new StoreUnavailableError(second.name, 'OUTRUN')
    },
    async close() {
      closed = true
      await looking
    },
  }
}

async function isEmpty(store: SessionStore): Promise<boolean> {
  for await (const { record } of store.scan?.() ?? []) if (visible(record) !== undefined) return false
  return true
}
