/** What the harness tells a server that it starts. */
export interface ServerSettings {
  readonly postgresUrl: string
  readonly redisUrl: string
  /** Key set file of Keyturn, so that it can rotate. */
  readonly secretFile: string
  readonly idleTimeoutMs: number
  /** Sliding expiry, by the peer's own option. Keyturn always slides. */
  readonly rolling: boolean
}

const NAME = 'KEYTURN_BENCH_SERVER'

/** Long enough for every peer. The same after a restart, as a session must outlive one. */
export const SECRET = 'kW3vJ8nQ5zR1xT7yB4mD9cF2gH6jL0pS-aE5uI1oN8w'

/** At most so many connections to PostgreSQL, which is what both drivers take by default. */
export const POSTGRES_CONNECTIONS = 10

export function settingsToEnv(settings: ServerSettings): Record<string, string> {
  return { [NAME]: JSON.stringify(settings), NODE_ENV: 'production' }
}

export function readServerSettings(): ServerSettings {
  return JSON.parse(process.env[NAME] ?? '') as ServerSettings
}
