import type { NearCacheOptions } from '@keyturn/session-stores/near-cache'
import { chooseLinks } from './fallback-options.ts'
import type { ResolvedFallbackOptions } from './fallback-options.ts'

/** How much of what was read is kept in the memory of this process, and for how long. */
export type NearCacheOption = Omit<NearCacheOptions, 'clock' | 'onState'>

export function resolveNearCache(written: NearCacheOption | boolean | undefined, fromEnv: boolean | undefined): NearCacheOption | undefined {
  const wished = written ?? fromEnv ?? false
  if (wished === false) return undefined
  return wished === true ? {} : Object.freeze({ ...wished })
}

interface Places {
  readonly nearCache: NearCacheOption | undefined
  readonly store: unknown
  readonly stateless: boolean
  readonly redisUrl: string | undefined
  readonly databaseUrl: string | undefined
  readonly fallback: ResolvedFallbackOptions
}

/** One sentence each. */
export function problemsOfNearCache({ nearCache, store, stateless, ...places }: Places): string[] {
  if (nearCache === undefined) return []
  if (stateless) return ['nearCache (SESSION_NEAR_CACHE) is for sessions in a store: a stateless session is read from its cookie']
  if (store !== undefined || chooseLinks(places).length < 2) return []
  return ['nearCache (SESSION_NEAR_CACHE) needs one store, which tells of every change: a chain cannot. Set fallback (SESSION_FALLBACK) to false']
}
