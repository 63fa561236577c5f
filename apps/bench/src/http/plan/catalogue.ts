import type { WorkloadName } from './workloads.ts'

export type ServerName =
  | 'limit-bare'
  | 'limit-signed-cookie'
  | 'limit-redis-get'
  | 'limit-postgres-select'
  | 'express-redis'
  | 'express-postgres'
  | 'express-memory'
  | 'fastify-session-redis'
  | 'fastify-session-postgres'
  | 'fastify-session-memory'
  | 'fastify-secure-session'
  | 'iron-session'
  | 'keyturn-redis'
  | 'keyturn-redis-near'
  | 'keyturn-postgres'
  | 'keyturn-memory'

export interface CatalogueEntry {
  readonly name: ServerName
  readonly script: URL
  readonly title: string
  /** `limit`: keeps no session, shows what the framework or the store alone allows. */
  readonly role: 'limit' | 'peer' | 'ours'
  readonly store: 'redis' | 'postgres' | 'memory' | 'none'
  readonly workloads: readonly WorkloadName[]
}

const ALL: readonly WorkloadName[] = ['r1', 'r1-4k', 'r2', 'r3', 'r4', 'r5']
// A cookie holds about 4 KB, so a session of 4 KB does not fit; and there is no record whose expiry could slide.
const IN_COOKIE: readonly WorkloadName[] = ['r1', 'r2', 'r3', 'r4']

export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'limit-bare',
    script: new URL('../servers/limit-bare.ts', import.meta.url),
    title: 'Fastify alone',
    role: 'limit',
    store: 'none',
    workloads: ['r1'],
  },
  {
    name: 'limit-signed-cookie',
    script: new URL('../servers/limit-signed-cookie.ts', import.meta.url),
    title: 'Fastify + signed cookie',
    role: 'limit',
    store: 'none',
    workloads: ['r1'],
  },
  {
    name: 'limit-redis-get',
    script: new URL('../servers/limit-redis-get.ts', import.meta.url),
    title: 'Fastify + GET',
    role: 'limit',
    store: 'redis',
    workloads: ['r1', 'r1-4k'],
  },
  {
    name: 'limit-postgres-select',
    script: new URL('../servers/limit-postgres-select.ts', import.meta.url),
    title: 'Fastify + SELECT',
    role: 'limit',
    store: 'postgres',
    workloads: ['r1', 'r1-4k'],
  },
  {
    name: 'express-redis',
    script: new URL('../servers/express-redis.ts', import.meta.url),
    title: 'express-session + connect-redis',
    role: 'peer',
    store: 'redis',
    workloads: ALL,
  },
  {
    name: 'express-postgres',
    script: new URL('../servers/express-postgres.ts', import.meta.url),
    title: 'express-session + connect-pg-simple',
    role: 'peer',
    store: 'postgres',
    workloads: ALL,
  },
  {
    name: 'fastify-session-redis',
    script: new URL('../servers/fastify-session-redis.ts', import.meta.url),
    title: '@fastify/session + Redis',
    role: 'peer',
    store: 'redis',
    workloads: ALL,
  },
  {
    name: 'fastify-session-postgres',
    script: new URL('../servers/fastify-session-postgres.ts', import.meta.url),
    title: '@fastify/session + PostgreSQL',
    role: 'peer',
    store: 'postgres',
    workloads: ALL,
  },
  {
    name: 'fastify-secure-session',
    script: new URL('../servers/fastify-secure-session.ts', import.meta.url),
    title: '@fastify/secure-session',
    role: 'peer',
    store: 'none',
    workloads: IN_COOKIE,
  },
  {
    name: 'iron-session',
    script: new URL('../servers/iron-session.ts', import.meta.url),
    title: 'iron-session',
    role: 'peer',
    store: 'none',
    workloads: IN_COOKIE,
  },
  {
    name: 'keyturn-redis',
    script: new URL('../servers/keyturn-redis.ts', import.meta.url),
    title: 'Keyturn + Redis',
    role: 'ours',
    store: 'redis',
    workloads: [...ALL, 'r6'],
  },
  {
    name: 'keyturn-redis-near',
    script: new URL('../servers/keyturn-redis-near.ts', import.meta.url),
    title: 'Keyturn + Redis, near cache',
    role: 'ours',
    store: 'redis',
    workloads: ['r1', 'r1-4k'],
  },
  {
    name: 'keyturn-postgres',
    script: new URL('../servers/keyturn-postgres.ts', import.meta.url),
    title: 'Keyturn + PostgreSQL',
    role: 'ours',
    store: 'postgres',
    workloads: [...ALL, 'r6'],
  },
  {
    name: 'express-memory',
    script: new URL('../servers/express-memory.ts', import.meta.url),
    title: 'express-session, memory',
    role: 'peer',
    store: 'memory',
    workloads: [],
  },
  {
    name: 'fastify-session-memory',
    script: new URL('../servers/fastify-session-memory.ts', import.meta.url),
    title: '@fastify/session, memory',
    role: 'peer',
    store: 'memory',
    workloads: [],
  },
  {
    name: 'keyturn-memory',
    script: new URL('../servers/keyturn-memory.ts', import.meta.url),
    title: 'Keyturn, memory',
    role: 'ours',
    store: 'memory',
    workloads: [],
  },
]

export function findServer(name: ServerName): CatalogueEntry {
  const found = catalogue.find((entry) => entry.name === name)
  if (found === undefined) throw new TypeError(`There is no server ${name}`)
  return found
}
