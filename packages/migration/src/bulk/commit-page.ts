import { type Decided, type Tally, tallyOf } from '../report.ts'
import type { BulkPlace, Claim, Decide, Decision, PlaceTransaction } from './bulk-place.ts'

/** Items of one claim on the journal. */
export interface JournaledPage<Key, Item> {
  readonly claim: Claim<Key>
  readonly items: readonly Item[]
}

export interface PageCommit<Key, Item, Change> {
  readonly page: JournaledPage<Key, Item>
  readonly decisions: readonly Decision<Change>[]
  readonly decide: Decide<Item, Change>
  readonly place: BulkPlace<Key, Item, Change>
  readonly maxListed: number
}

/**
 * Writes a page and marks its claim as done. Items that someone else changed since they were read are looked at
 * again, this time locked, and never overwritten with what is made from their old value.
 *
 * @returns `undefined` when the claim was done already, or is another's now.
 */
export async function commitPage<Key, Item, Change>(
  tx: PlaceTransaction<Key, Item, Change>,
  { page, decisions, decide, place, maxListed }: PageCommit<Key, Item, Change>,
): Promise<Tally | undefined> {
  if (!(await tx.holdClaim(page.claim))) return undefined
  const { decided, contested } = await writeChanges(tx, { place, items: page.items, decisions })
  if (contested.length > 0) {
    const locked = await tx.lockItems(contested)
    const second = await writeChanges(tx, { place, items: locked, decisions: decide(locked) })
    // What is locked cannot be contested again: all the rest is gone.
    decided.push(...second.decided, ...missing(place, contested, locked))
  }
  const tally = tallyOf(decided, (i) => place.showKey((decided[i] as DecidedItem<Key>).key), maxListed)
  await tx.finishClaim(page.claim.id, tally)
  return tally
}

type DecidedItem<Key> = Decided & { readonly key: Key }

interface WriteContext<Key, Item, Change> {
  readonly place: BulkPlace<Key, Item, Change>
  readonly items: readonly Item[]
  readonly decisions: readonly Decision<Change>[]
}

async function writeChanges<Key, Item, Change>(
  tx: PlaceTransaction<Key, Item, Change>,
  { place, items, decisions }: WriteContext<Key, Item, Change>,
): Promise<{ decided: DecidedItem<Key>[]; contested: Key[] }> {
  const changes = decisions.flatMap(({ change }) => (change === undefined ? [] : [change]))
  const written = changes.length === 0 ? [] : await tx.compareAndSet(changes)
  const decided: DecidedItem<Key>[] = []
  const contested: Key[] = []
  let next = 0
  for (const [i, { outcome, keyId, change }] of decisions.entries()) {
    const key = place.keyOf(items[i] as Item)
    if (change !== undefined && written[next++] !== true) contested.push(key)
    else decided.push({ outcome, keyId, key })
  }
  return { decided, contested }
}

function missing<Key, Item, Change>(
  place: BulkPlace<Key, Item, Change>,
  wanted: readonly Key[],
  found: readonly Item[],
): DecidedItem<Key>[] {
  const name = (key: Key): string => JSON.stringify(place.showKey(key))
  const there = new Set(found.map((item) => name(place.keyOf(item))))
  return wanted
    .filter((key) => !there.has(name(key)))
    .map((key) => ({ key, outcome: 'gone' as const }))
}
