import { isPristine } from './pristine-data.ts'
import type { LoadedSession, WrittenData } from './session.ts'
import type { SessionData } from './session-data.ts'

type Loaded = Pick<LoadedSession, 'dataText' | 'pristine'>

/**
 * Whether data is another than was loaded, as JSON shows both. What JSON cannot write is another: storing it says why.
 *
 * @param loaded - `undefined` for a session that is not stored: it changes as soon as it holds something.
 */
export function isSessionChanged(data: SessionData, loaded?: Loaded): boolean {
  return changeOf(data, loaded) !== undefined
}

/** As `isSessionChanged`. @returns What to store; `undefined` where nothing changed. */
export function changeOf(data: SessionData, loaded?: Loaded): WrittenData | undefined {
  if (loaded?.pristine !== undefined && isPristine(data, loaded.pristine)) return undefined
  try {
    const json = JSON.stringify(data)
    return json === (loaded?.dataText ?? '{}') ? undefined : { data, json }
  } catch {
    return { data }
  }
}
