import { putNewer } from '../record-order.ts'
import type { SessionRecord, SessionStore, StoredSession } from '../store.ts'
import { digGrave, isGrave, visible } from './chain-record.ts'

export interface PassOptions {
  readonly from: SessionStore
  readonly to: SessionStore
  readonly batchSize: number
  readonly signal: AbortSignal
  /** Limits one step. */
  readonly within: <T>(work: Promise<T>) => Promise<T>
}

export interface PassResult {
  /** Sessions written to the link that was brought up. */
  readonly moved: number
  /** Sessions that were there and had ended elsewhere. */
  readonly ended: number
}

/** Puts into `to` what is newer in `from`, graves included. @param refuse - Sessions that are not to be put, but ended. */
export async function copyNewer(
  { from, to, batchSize, signal, within }: PassOptions,
  refuse: (session: StoredSession) => boolean = () => false,
): Promise<number> {
  let copied = 0
  for await (const page of pages({ from, batchSize, signal, within })) {
    const refused = page.filter(refuse)
    copied += await within(putNewer(to, page.filter((session) => !refused.includes(session))))
    for (const session of refused) await within(buryUnlessThere(to, session))
  }
  return copied
}

/** A session that is served from `to` in the same version or a later one lives on. */
async function buryUnlessThere(to: SessionStore, { key, record }: StoredSession): Promise<void> {
  const there = await to.get(key)
  if (there !== undefined && there.createdAt >= record.createdAt && there.version >= record.version) return
  await putNewer(to, [{ key, record: digGrave(record) }])
}

/**
 * Makes `to` what `from` is, wherever `from` is newer, and where both have the same version of different writes: `from`
 * was served last.
 */
export async function levelTo({ from, to, batchSize, signal, within }: PassOptions): Promise<PassResult> {
  let [moved, ended] = [0, 0]
  for await (const page of pages({ from, batchSize, signal, within })) {
    const there = await within(Promise.all(page.map(({ key }) => to.get(key))))
    const graves = page.filter(({ record }, index) => isGrave(record) && visible(there[index]) !== undefined)
    const live = page.filter(({ record }, index) => !isGrave(record) && !isSame(record, there[index]))
    await within(putNewer(to, graves))
    const stored = await within(putNewer(to, live))
    if (stored < live.length) await within(settleTies(to, page, there))
    // Also those that were not lost: their owner's index may lie where something was.
    if (to.reindex !== undefined) await within(to.reindex(page.filter(isOwned).map(({ key }) => key)))
    moved += live.length
    ended += graves.length
  }
  return { moved, ended }
}

function isOwned({ record }: StoredSession): boolean {
  return record.ownerTag !== undefined
}

async function settleTies(
  to: SessionStore,
  page: readonly StoredSession[],
  there: readonly (SessionRecord | undefined)[],
): Promise<void> {
  for (const [index, { key, record }] of page.entries()) {
    const other = there[index]
    if (other?.version !== record.version || other.createdAt !== record.createdAt) continue
    if (!other.sealed.equals(record.sealed)) await to.put(key, record, other.version)
  }
}

function isSame(record: SessionRecord, there: SessionRecord | undefined): boolean {
  if (there === undefined) return false
  const { version, createdAt, expiresAt, sealed } = there
  return (
    version === record.version &&
    createdAt === record.createdAt &&
    expiresAt >= record.expiresAt &&
    sealed.equals(record.sealed)
  )
}

/** Sessions and graves; the ledger of a link is its own. */
async function* pages({ from, batchSize, signal, within }: Omit<PassOptions, 'to'>): AsyncGenerator<StoredSession[]> {
  const scan = from.scan?.({ batchSize, signal })[Symbol.asyncIterator]()
  if (scan === undefined) return
  let page: StoredSession[] = []
  for (;;) {
    signal.throwIfAborted()
    const step = await within(scan.next())
    if (step.done === true) break
    const session: StoredSession = step.value
    if (!isGrave(session.record) && visible(session.record) === undefined) continue
    if (page.push(session) < batchSize) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
