import type { Decided, Tally } from '../report.ts'

/** Where one job stands. Every process that works on the job shares it. */
export interface JobState<Key> {
  /** What the job does; another job under the same name is refused. */
  readonly fingerprint: string
  /** Counts from 1: a job that is run again after its end begins a new pass. */
  readonly pass: number
  /** Last key that was handed out; `undefined` at the start. */
  readonly frontier: Key | undefined
  /** No item lies beyond the frontier. */
  readonly exhausted: boolean
  readonly finished: boolean
  /** Of the last pass that was finished. */
  readonly tally: Tally | undefined
}

/** A range of keys that one process has taken: above `after`, up to and including `upTo`. */
export interface Claim<Key> {
  readonly id: string
  readonly after: Key | undefined
  readonly upTo: Key
}

/**
 * One transaction over the items and the journal of a job: all of it happens, or nothing. It sees what was committed
 * before each of its steps (READ COMMITTED is enough).
 */
export interface PlaceTransaction<Key, Item, Change> {
  /** Holds the job until the end of the transaction; `undefined` when there is none of that name. */
  lockJob(): Promise<JobState<Key> | undefined>
  saveJob(state: JobState<Key>): Promise<void>
  addClaim(after: Key | undefined, upTo: Key): Promise<Claim<Key>>
  /**
   * Takes over a claim that is not done and whose process is gone, or that is this process's own and not in `held`:
   * the answer that gave it was lost.
   */
  takeAbandonedClaim(held: ReadonlySet<string>): Promise<Claim<Key> | undefined>
  /** Holds a claim until the end of the transaction. `false` when it is done, another's now, or forgotten by a server that crashed. */
  holdClaim(claim: Claim<Key>): Promise<boolean>
  /** Marks a claim as done, with its counts. */
  finishClaim(id: string, tally: Tally): Promise<void>
  /** How many claims are not done. */
  openClaims(): Promise<number>
  /** Sum over the claims that are done. */
  sumClaims(): Promise<Tally>
  clearClaims(): Promise<void>
  /** From this commit on, all that was committed rests on disk. Until then a server that crashes may forget the last transactions. */
  makeDurable(): Promise<void>
  /** Items above `after`, up to `upTo` where given, in key order. */
  readRange(range: { after: Key | undefined; upTo: Key | undefined; limit: number | undefined }): Promise<Item[]>
  /** Reads items by key and keeps everybody else from changing them until the end of the transaction. */
  lockItems(keys: readonly Key[]): Promise<Item[]>
  /**
   * Writes each change whose item still has the value that was read.
   *
   * @returns For each change whether it was written.
   */
  compareAndSet(changes: readonly Change[]): Promise<boolean[]>
}

/** Items in key order that can be changed by compare-and-set, with a journal beside them. */
export interface BulkPlace<Key, Item, Change> {
  transaction<T>(run: (transaction: PlaceTransaction<Key, Item, Change>) => Promise<T>): Promise<T>
  isTransient(error: unknown): boolean
  keyOf(item: Item): Key
  /** What an item weighs in a page. */
  bytesOf(item: Item): number
  /** As reports show it. */
  showKey(key: Key): readonly string[]
}

/** What is to be done with one item: with a change it is written, without it is left as it is. */
export interface Decision<Change> extends Decided {
  readonly change?: Change
}

/** Decides about each item, in order. Writes nothing. */
export type Decide<Item, Change> = (items: readonly Item[]) => readonly Decision<Change>[]
