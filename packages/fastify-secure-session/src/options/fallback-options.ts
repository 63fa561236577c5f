/** How sessions go on with the next store while one is out of reach. */
export interface FallbackOptions {
  /**
   * Serve from the memory of this process while no other store answers: new sessions, and those that this instance served
   * lately. What happens to them is known to this instance alone and ends with it, unless a store comes back first.
   *
   * @default false; `SESSION_FALLBACK=memory` makes it true
   */
  readonly memory?: boolean
  /** Longest wait of a request for one store, in milliseconds. @default 1000 */
  readonly timeoutMs?: number
  /** How what the first store has taken reaches the next one. */
  readonly mirror?: {
    /** Longest wait of a write before it is sent on, in milliseconds. @default 50 */
    readonly maxDelayMs?: number
    /** Writes that may wait; beyond it, requests wait for the mirror. @default 10 000 */
    readonly maxPending?: number
  }
}

export interface ResolvedFallbackOptions {
  /** `false`: the first store alone. */
  readonly enabled: boolean
  readonly memory: boolean
  readonly timeoutMs: number
  readonly mirror: { readonly maxDelayMs: number; readonly maxPending: number }
}

/** What `SESSION_FALLBACK` says. */
export type FallbackMode = 'off' | 'durable' | 'memory'

export function resolveFallback(written: FallbackOptions | false | undefined, mode: FallbackMode | undefined): ResolvedFallbackOptions {
  const { memory = mode === 'memory', timeoutMs = 1000, mirror = {} } = written === false ? {} : (written ?? {})
  return Object.freeze({
    enabled: written === undefined ? mode !== 'off' : written !== false,
    memory: written !== false && memory,
    timeoutMs,
    mirror: Object.freeze({ maxDelayMs: mirror.maxDelayMs ?? 50, maxPending: mirror.maxPending ?? 10_000 }),
  })
}

interface LinkSources {
  readonly redisUrl: string | undefined
  readonly databaseUrl: string | undefined
  readonly fallback: ResolvedFallbackOptions
}

/** Where sessions rest, in order: the first that answers serves. Empty where the environment names nothing. */
export function chooseLinks({ redisUrl, databaseUrl, fallback }: LinkSources): ('redis' | 'postgres' | 'memory')[] {
  const durable = [...(redisUrl === undefined ? [] : (['redis'] as const)), ...(databaseUrl === undefined ? [] : (['postgres'] as const))]
  if (!fallback.enabled) return durable.slice(0, 1)
  return durable.length > 0 && fallback.memory ? [...durable, 'memory'] : durable
}
