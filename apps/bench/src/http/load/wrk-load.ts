import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runWrk } from '@keyturn/testing/wrk'
import type { Target } from './browsers.ts'
import type { CookieJar } from './cookie-jar.ts'

export interface WrkLoadOptions extends Target {
  readonly connections: number
  readonly seconds: number
  /** Sessions that requests take turns with; `undefined`: requests carry no cookie. */
  readonly jars: readonly CookieJar[] | undefined
  /** `keep`: what a response sets replaces the cookie of that session, by the id before its signature. */
  readonly cookies: 'keep' | 'ignore'
}

export interface WrkReport {
  readonly requests: number
  readonly bytes: number
  readonly durationMicros: number
  /** Answers that were not 2xx or 3xx. */
  readonly refused: number
  /** Connections and answers that failed. */
  readonly broken: number
  readonly p50Micros: number
  readonly p99Micros: number
}

const SCRIPT = fileURLToPath(new URL('wrk-load.lua', import.meta.url))

/** As many requests as the server answers, one at a time on each connection. */
export async function loadByWrk({ url, method, path, connections, seconds, jars, cookies }: WrkLoadOptions): Promise<WrkReport> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'))
  try {
    const file = join(folder, 'cookies')
    await writeFile(file, (jars ?? []).map(({ header }) => `${header}\n`).join(''), { mode: 0o600 })
    const args = [method, path, jars === undefined ? '' : file, cookies]
    const printed = await runWrk({ url: `${url}${path}`, script: SCRIPT, args, connections, seconds })
    return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as WrkReport
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
