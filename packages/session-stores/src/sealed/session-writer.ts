import { setTimeout as wait } from 'node:timers/promises'
import { SessionContendedError } from '../errors.ts'
import type { SessionStore, StoreKey } from '../store.ts'
import { mergeData } from './merge-data.ts'
import { type OpenedTexts, type SessionOwner, type SessionSealer, type SessionTexts, userIdOf } from './session-sealer.ts'

export interface WriterOptions {
  readonly store: SessionStore
  readonly sealer: SessionSealer
  readonly maxAttempts: number
}

/** Writes by compare-and-set. */
export interface SessionWriter {
  /**
   * One attempt. `texts.version` is the version to write.
   *
   * @param owner - As `texts.metaText` has it. Default: looked up there.
   */
  write(key: StoreKey, texts: SessionTexts, expected: number | 'absent', owner?: SessionOwner): Promise<Written>
  /** Merges onto what others wrote meanwhile. `undefined` when the session is gone. */
  writeMerged(key: StoreKey, loaded: SessionTexts, mine: SessionTexts, owner?: SessionOwner): Promise<OpenedTexts | undefined>
  /**
   * Computes the new texts from what is there, again at each conflict. `undefined` when the session is gone.
   *
   * @param change - `undefined` leaves the session as it is.
   */
  writeComputed(
    key: StoreKey,
    change: (current: OpenedTexts) => Promise<SessionTexts | undefined>,
  ): Promise<OpenedTexts | undefined>
  /** What is there now. */
  read(key: StoreKey): Promise<OpenedTexts | undefined>
}

export type Written =
  | { readonly outcome: 'stored'; readonly texts: OpenedTexts }
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'gone' }

export function createSessionWriter({ store, sealer, maxAttempts }: WriterOptions): SessionWriter {
  async function read(key: StoreKey): Promise<OpenedTexts | undefined> {
    const record = await store.get(key)
    return record === undefined ? undefined : sealer.openLater(key, record)
  }

  async function write(
    key: StoreKey,
    texts: SessionTexts,
    expected: number | 'absent',
    owner: SessionOwner = { userId: userIdOf(texts.metaText) },
  ): Promise<Written> {
    const sealed = sealer.seal(key, texts, owner)
    const outcome = await store.put(key, sealed.record, expected)
    if (outcome === 'conflict') return { outcome: 'conflict' }
    if (outcome === 'gone') return { outcome: 'gone' }
    return { outcome, texts: sealed.texts }
  }

  async function writeMerged(
    key: StoreKey,
    loaded: SessionTexts,
    mine: SessionTexts,
    owner?: SessionOwner,
  ): Promise<OpenedTexts | undefined> {
    const first = await write(key, { ...mine, version: loaded.version + 1 }, loaded.version, owner)
    if (first.outcome === 'stored') return first.texts
    if (first.outcome === 'gone') return undefined
    return writeComputed(key, async (theirs) => ({
      ...theirs,
      dataText: mergeData({ loaded: loaded.dataText, mine: mine.dataText, theirs: theirs.dataText }),
      metaText: mergeData({ loaded: loaded.metaText, mine: mine.metaText, theirs: theirs.metaText }),
      expiresAt: mine.expiresAt,
    }))
  }

  async function writeComputed(
    key: StoreKey,
    change: (current: OpenedTexts) => Promise<SessionTexts | undefined>,
  ): Promise<OpenedTexts | undefined> {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const current = await read(key)
      if (current === undefined) return undefined
      const next = await change(current)
      if (next === undefined) return current
      const written = await write(key, { ...next, version: current.version + 1 }, current.version)
      if (written.outcome === 'stored') return written.texts
      if (written.outcome === 'gone') return undefined
      await wait(pauseMs(attempt))
    }
    throw new SessionContendedError(maxAttempts)
  }

  return { write, writeMerged, writeComputed, read }
}

const LONGEST_PAUSE_MS = 64

/** Random, and longer at each attempt: those who collided do not meet again. */
function pauseMs(attempt: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt)
}
