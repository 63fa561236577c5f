import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

const COMPARED = [
  'fastify',
  '@fastify/cookie',
  '@fastify/session',
  '@fastify/secure-session',
  'express',
  'express-session',
  'connect-redis',
  'connect-pg-simple',
  'iron-session',
  'ioredis',
  'redis',
  'pg',
  'postgres',
  'autocannon',
]

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly node: string
  readonly packages: Readonly<Record<string, string>>
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    packages: Object.fromEntries(COMPARED.map((name) => [name, readVersion(name)])),
  }
}

function readVersion(name: string): string {
  // Some packages do not export their package.json, so it is found from the folders that are searched for them.
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      const { version } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version?: string }
      if (version !== undefined) return version
    } catch {
      continue
    }
  }
  return 'unknown'
}
