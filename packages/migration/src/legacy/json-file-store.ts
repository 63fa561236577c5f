import { stat } from 'node:fs/promises'
import { systemClock } from '@keyturn/token-crypto'
import { SessionFileError } from '../errors.ts'
import { replaceFile } from '../replace-file.ts'
import { type JsonFileOptions, parseSessionFile } from './json-file.ts'
import type { LegacySession, LegacyStore } from './legacy-store.ts'
import { parseSessionJson, toSessionObject } from './session-json.ts'

const HOUR_MS = 3_600_000

/**
 * Sessions of a JSON file such as `parsed_sessions.json`, kept as the old application expects them, so that it can take
 * over again. The file is replaced as a whole, for this user alone to read; several writes at once are one. Only one
 * process may write it: stop the old application before this one is started, and the other way round.
 *
 * Its methods reject with {@link SessionFileError} (KEYTURN_MIGRATION_SESSION_FILE) when the file is missing or of another form.
 */
export function createJsonFileStore({ path, lifetimeMs = HOUR_MS, clock = systemClock }: JsonFileOptions): LegacyStore {
  let sessions = new Map<string, unknown>()
  let known = ''
  let saving: Promise<void> | undefined
  let turn: Promise<unknown> = Promise.resolve()

  /** One at a time: what is read must not be replaced by what is being written. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  async function refresh(): Promise<void> {
    const seen = await versionOf(path)
    if (seen === known) return
    sessions = new Map(Object.entries(await parseSessionFile(path)))
    known = seen
  }

  function save(): Promise<void> {
    saving ??= inTurn(async () => {
      saving = undefined
      await replaceFile(path, JSON.stringify(Object.fromEntries(sessions))).catch((error: unknown) => {
        throw new SessionFileError(`cannot be written (${(error as NodeJS.ErrnoException).code ?? 'UNKNOWN'})`)
      })
      known = await versionOf(path)
    })
    return saving
  }

  function toSession(id: string): LegacySession | undefined {
    const stored = sessions.get(id)
    const parsed = stored === undefined ? undefined : parseSessionJson(stored)
    if (parsed === undefined) return undefined
    const { data, cookie, cookieExpiresAt } = parsed
    const expiresAt = cookieExpiresAt ?? clock.now() + lifetimeMs
    if (expiresAt <= clock.now()) return undefined
    return cookie === undefined ? { id, data, expiresAt } : { id, data, expiresAt, cookie }
  }

  /** Changes what is known in one turn, and saves it in a later one together with what others changed. */
  async function change(apply: () => boolean): Promise<boolean> {
    const changed = await inTurn(async () => {
      // What is not saved yet is newer than the file.
      if (saving === undefined) await refresh()
      return apply()
    })
    if (changed) await save()
    return changed
  }

  return Object.freeze({
    name: 'json-file',
    read: (id: string) =>
      inTurn(async () => {
        if (saving === undefined) await refresh()
        return toSession(id)
      }),
    async write(session: LegacySession, mode: 'create' | 'update') {
      await change(() => {
        if (mode === 'update' && !sessions.has(session.id)) return false
        sessions.set(session.id, toSessionObject(session, clock.now()))
        return true
      })
    },
    destroy: (id: string) => change(() => sessions.delete(id)),
    async *scan() {
      await inTurn(async () => (saving === undefined ? refresh() : undefined))
      // Sessions that are moved meanwhile leave the map.
      const ids = Array.from(sessions.keys())
      for (const id of ids) {
        const session = toSession(id)
        if (session !== undefined) yield session
      }
    },
  })
}

/** Changes whenever somebody writes the file. */
async function versionOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    throw new SessionFileError(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'UNKNOWN'})`)
  }
}
