import { type Clock, type EpochMs, type LiveKeyring, systemClock, UnknownKeyError } from '@keyturn/token-crypto'
import { SessionExistsError } from '../errors.ts'
import { assertNoProblems, wholeNumber } from '../option-rules.ts'
import type { SessionRecord, SessionStore, StoreKey } from '../store.ts'
import { toStoreKey } from '../store-key.ts'
import { createOpenedSessions, type OpenedSession } from './opened-sessions.ts'
import { createOwnedSessions, type OwnedSessions } from './owned-sessions.ts'
import type {
  LoadedSession,
  NewSession,
  RewrapOutcome,
  SaveOutcome,
  SessionChange,
  SessionMeta,
} from './session.ts'
import { copyPristine, type PristineData } from './pristine-data.ts'
import { type SessionData, toJsonText } from './session-data.ts'
import { createSessionSealer, type OpenedTexts, parseSealed, type SessionOwner, type SessionTexts } from './session-sealer.ts'
import { createSessionWriter } from './session-writer.ts'
import { WrittenSession } from './written-session.ts'

export interface SealedSessionsOptions {
  readonly store: SessionStore
  readonly keyring: LiveKeyring
  /** Largest session, bytes before sealing. Default 1 MiB. */
  readonly maxBytes?: number
  /** Most attempts to write a session that others write at the same time. Default 32. */
  readonly maxAttempts?: number
  /**
   * Bytes for what was opened lately, in plain in the memory of this process, so that a record that is still the same
   * is not decrypted again. The store is read all the same. 0 remembers nothing. Default 64 MiB.
   */
  readonly rememberBytes?: number
  readonly clock?: Clock
}

/** Sessions in plain, over a store that sees only sealed records. */
export interface SealedSessions extends OwnedSessions {
  readonly store: SessionStore
  /**
   * Reads and opens a session; `undefined` when there is none.
   *
   * @throws {OpenError} KEYTURN_CANNOT_OPEN: what rests there was changed, moved there, or is of another application.
   * @throws {UnknownKeyError} KEYTURN_UNKNOWN_KEY: also a refreshed keyring does not hold its key.
   */
  load(id: string): Promise<LoadedSession | undefined>
  /** @throws {SessionExistsError} KEYTURN_SESSION_EXISTS */
  create(id: string, session: NewSession): Promise<LoadedSession>
  /**
   * Writes a session that was loaded. If another wrote it meanwhile, the top-level keys that this request set, changed
   * or deleted are put onto what is there now. If it ended meanwhile, it stays ended.
   *
   * @throws {SessionContendedError} KEYTURN_SESSION_CONTENDED
   */
  save(loaded: LoadedSession, change: SessionChange): Promise<SaveOutcome>
  /**
   * Changes a session in one step that nothing comes between.
   *
   * @param change - Changes the data it is given, or returns other data. Runs again when another wrote meanwhile.
   * @returns The session as written; `undefined` when there is none.
   */
  update(
    id: string,
    change: (data: SessionData) => SessionData | void | Promise<SessionData | void>,
  ): Promise<LoadedSession | undefined>
  /** Moves the expiry and leaves the rest. `false` when there is no such session. */
  touch(id: string, expiresAt: EpochMs): Promise<boolean>
  /** Idempotent. */
  destroy(id: string): Promise<void>
  /** Seals what was loaded under the primary key, and tags its owner under it. */
  rewrap(loaded: LoadedSession): Promise<RewrapOutcome>
}

/** @throws {TypeError} Names every option that is wrong. */
export function createSealedSessions(options: SealedSessionsOptions): SealedSessions {
  const { store, keyring, clock = systemClock, maxBytes = 1024 * 1024, maxAttempts = 32, rememberBytes = 64 * 1024 * 1024 } = options
  assertNoProblems('createSealedSessions', [
    typeof store?.get === 'function' ? undefined : 'store must be a session store',
    typeof keyring?.refreshForUnknownKey === 'function' ? undefined : 'keyring must be a LiveKeyring',
    wholeNumber('maxBytes', maxBytes, { min: 1024 }),
    wholeNumber('maxAttempts', maxAttempts, { min: 1, max: 1000 }),
    wholeNumber('rememberBytes', rememberBytes, { min: 0 }),
  ])
  const sealer = createSessionSealer(keyring, maxBytes)
  const writer = createSessionWriter({ store, sealer, maxAttempts })
  const opened = createOpenedSessions({ maxBytes: rememberBytes, keyring, sealer })

  function open(id: string, key: StoreKey, record: SessionRecord): LoadedSession | Promise<LoadedSession> {
    try {
      return toLoaded(id, remember(id, key, sealer.open(key, record)))
    } catch (error) {
      if (!(error instanceof UnknownKeyError)) throw error
      return sealer.openLater(key, record).then((texts) => toLoaded(id, remember(id, key, texts)))
    }
  }

  function remember(id: string, key: StoreKey, texts: OpenedTexts, known?: LoadedSession): OpenedSession {
    const isKnown = texts.metaText === known?.metaText && Object.isFrozen(known.meta)
    const meta = isKnown ? known.meta : Object.freeze(parseSealed(texts.metaText) as SessionMeta)
    const session = { key, texts, meta }
    opened.set(id, session)
    return session
  }

  /** `undefined`: another's, which the metadata tells. */
  function ownerOf({ id, meta, metaText: loadedText }: LoadedSession, metaText: string): SessionOwner | undefined {
    if (metaText !== loadedText) return undefined
    const known = opened.get(id)?.texts
    return { userId: meta.userId, tagged: known?.metaText === metaText ? known.owner : undefined }
  }

  return {
    store,
    ...createOwnedSessions({ store, keyring, sealer }),
    async load(id) {
      const recalled = opened.get(id)
      const key = recalled?.key ?? toStoreKey(id)
      const record = await store.get(key)
      if (record === undefined) {
        opened.delete(id)
        return undefined
      }
      const texts = recalled?.reopen(record)
      if (recalled === undefined || texts === undefined) return open(id, key, record)
      return toLoaded(id, { key, texts, meta: recalled.meta }, recalled.pristine)
    },
    async create(id, { data, json, meta = {}, createdAt = clock.now(), expiresAt }) {
      const key = toStoreKey(id)
      const texts = { dataText: toJsonText(data, json), metaText: toJsonText(meta), version: 1, createdAt, expiresAt }
      const written = await writer.write(key, texts, 'absent', { userId: meta.userId })
      if (written.outcome !== 'stored') throw new SessionExistsError()
      // Not remembered yet: many a new session is never asked for again.
      return new WrittenSession(id, key, written.texts)
    },
    async save(loaded, { data, json, meta, expiresAt }) {
      const { id, key, version, createdAt } = loaded
      const metaText = meta === undefined || meta === loaded.meta ? loaded.metaText : toJsonText(meta)
      const mine: SessionTexts = { dataText: toJsonText(data, json), metaText, version, createdAt, expiresAt }
      const texts = await writer.writeMerged(key, loaded, mine, ownerOf(loaded, metaText))
      return texts === undefined ? { outcome: 'gone' } : { outcome: 'stored', session: new WrittenSession(id, key, texts, remember(id, key, texts, loaded).meta) }
    },
    async update(id, change) {
      const key = toStoreKey(id)
      const texts = await writer.writeComputed(key, async (current) => {
        const data = parseSealed(current.dataText) as SessionData
        const dataText = toJsonText((await change(data)) ?? data)
        return dataText === current.dataText ? undefined : { ...current, dataText }
      })
      return texts === undefined ? undefined : new WrittenSession(id, key, texts, remember(id, key, texts).meta)
    },
    touch: async (id, expiresAt) => store.touch(toStoreKey(id), expiresAt),
    async destroy(id) {
      opened.delete(id)
      await store.destroy(toStoreKey(id))
    },
    async rewrap(loaded) {
      const texts = { ...textsOf(loaded), version: loaded.version + 1 }
      const written = await writer.write(loaded.key, texts, loaded.version)
      if (written.outcome !== 'stored') return written
      const { meta } = remember(loaded.id, loaded.key, written.texts)
      return { outcome: 'stored', session: new WrittenSession(loaded.id, loaded.key, written.texts, meta) }
    },
  }
}

function toLoaded(id: string, { key, texts, meta }: OpenedSession, pristine?: PristineData): LoadedSession {
  const { dataText, metaText, version, createdAt, expiresAt, keyId, stale } = texts
  const data = pristine === undefined ? (parseSealed(dataText) as SessionData) : copyPristine(pristine)
  return { id, key, data, dataText, pristine, meta, metaText, version, createdAt, expiresAt, keyId, stale }
}

function textsOf({ dataText, metaText, version, createdAt, expiresAt }: LoadedSession): SessionTexts {
  return { dataText, metaText, version, createdAt, expiresAt }
}
