import { isPristine } from './pristine-data.ts'
import type { LoadedSession } from './session.ts'
import type { SessionData } from './session-data.ts'

/**
 * Whether data is another than was loaded, as JSON shows both. What JSON cannot write is another: storing it says why.
 *
 * @param loaded - `undefined` for a session that is not stored: it changes as soon as it holds something.
 */
export function isSessionChanged(data: SessionData, loaded?: Pick<LoadedSession, 'dataText' | 'pristine'>): boolean {
  if (loaded?.pristine !== undefined && isPristine(data, loaded.pristine)) return false
  try {
    return JSON.stringify(data) !== (loaded?.dataText ?? '{}')
  } catch {
    return true
  }
}
