import { join, resolve } from 'node:path'

/** Where the demo listens and keeps its things. */
export interface Settings {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** Cluster and secret file; kept between runs. */
  readonly folder: string
  readonly secretFile: string
  /** A server to use in place of the embedded one. */
  readonly databaseUrl: string | undefined
}

type Env = Readonly<Record<string, string | undefined>>

/** Environment in, frozen settings out. */
export function readSettings(env: Env, defaultFolder: string): Settings {
  const host = given(env.HOST) ?? '127.0.0.1'
  const port = Number(given(env.PORT) ?? 3000)
  const folder = resolve(given(env.DEMO_FOLDER) ?? defaultFolder)
  const databaseUrl = given(env.DATABASE_URL)
  const problems = [
    Number.isInteger(port) && port >= 0 && port <= 65_535 ? undefined : 'PORT must be a whole number from 0 to 65535',
    databaseUrl === undefined || isPostgresUrl(databaseUrl) ? undefined : 'DATABASE_URL must look like postgres://user:password@host:5432/database',
  ].filter((problem) => problem !== undefined)
  if (problems.length > 0) throw new TypeError(problems.join('\n'))
  return Object.freeze({ host, port, folder, secretFile: join(folder, 'secrets', 'session-secrets.json'), databaseUrl })
}

// An empty variable is how shells write "not set".
function given(value: string | undefined): string | undefined {
  const text = value?.trim()
  return text === '' ? undefined : text
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol)
}
