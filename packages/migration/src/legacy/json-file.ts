import { readFile } from 'node:fs/promises'
import { type Clock, systemClock } from '@keyturn/token-crypto'
import { SessionFileError } from '../errors.ts'
import type { LegacySession } from './legacy-store.ts'
import { parseSessionJson } from './session-json.ts'

export interface JsonFileOptions {
  readonly path: string
  /** How long a session lives that does not say, milliseconds from now. Default one hour. */
  readonly lifetimeMs?: number
  readonly clock?: Clock
}

const HOUR_MS = 3_600_000

/**
 * Sessions of a JSON file such as `parsed_sessions.json`: an object of sessions by id. It is only read: what may be
 * done with the file and its history, `inspectGitHistory` says.
 *
 * @throws {SessionFileError} KEYTURN_MIGRATION_SESSION_FILE: not there, or no JSON object of objects.
 */
export async function* readJsonFile({ path, lifetimeMs = HOUR_MS, clock = systemClock }: JsonFileOptions): AsyncIterable<LegacySession> {
  const sessions = await parseSessionFile(path)
  const now = clock.now()
  for (const [id, session] of Object.entries(sessions)) {
    const parsed = parseSessionJson(session)
    if (parsed === undefined) throw new SessionFileError('holds an entry that is no object')
    const expiresAt = parsed.cookieExpiresAt ?? now + lifetimeMs
    if (expiresAt > now) yield { id, data: parsed.data, expiresAt }
  }
}

/** @throws {SessionFileError} KEYTURN_MIGRATION_SESSION_FILE */
export async function parseSessionFile(path: string): Promise<object> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new SessionFileError(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'UNKNOWN'})`)
  }
  // The error of JSON.parse quotes the text, which may be somebody's.
  const sessions = parsedOrUndefined(text)
  if (typeof sessions !== 'object' || sessions === null || Array.isArray(sessions)) {
    throw new SessionFileError('is no JSON object of sessions by id')
  }
  return sessions
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
