import type { ServerName } from './catalogue.ts'
import type { WorkloadName } from './workloads.ts'

interface Side {
  readonly server: ServerName
  readonly workload: WorkloadName
}

export interface Goal {
  readonly name: string
  readonly ours: Side
  readonly other: Side
  /** Requests per second of ours over those of the other, at least. `undefined`: told for comparison. */
  readonly atLeast: number | undefined
}

/** What one run must show, by the names that the JSON document uses. */
export const goals: readonly Goal[] = [
  goal('r1RedisVsFastifySession', side('keyturn-redis', 'r1'), side('fastify-session-redis', 'r1'), 1.3),
  goal('r1RedisVsExpress', side('keyturn-redis', 'r1'), side('express-redis', 'r1'), 4),
  goal('r1RedisVsLimit', side('keyturn-redis', 'r1'), side('limit-redis-get', 'r1'), 0.6),
  goal('r1NearVsSignedCookie', side('keyturn-redis-near', 'r1'), side('limit-signed-cookie', 'r1'), 0.8),
  goal('r1PostgresVsExpress', side('keyturn-postgres', 'r1'), side('express-postgres', 'r1'), 3),
  goal('r1PostgresVsFastifySession', side('keyturn-postgres', 'r1'), side('fastify-session-postgres', 'r1')),
  goal('r1PostgresVsLimit', side('keyturn-postgres', 'r1'), side('limit-postgres-select', 'r1')),
  goal('r2RedisVsFastifySession', side('keyturn-redis', 'r2'), side('fastify-session-redis', 'r2'), 1.2),
  goal('r2PostgresVsFastifySession', side('keyturn-postgres', 'r2'), side('fastify-session-postgres', 'r2')),
  goal('r3VsSignedCookie', side('keyturn-redis', 'r3'), side('limit-signed-cookie', 'r1'), 0.9),
  goal('r4RedisVsFastifySession', side('keyturn-redis', 'r4'), side('fastify-session-redis', 'r4'), 1),
  goal('r4PostgresVsFastifySession', side('keyturn-postgres', 'r4'), side('fastify-session-postgres', 'r4')),
  goal('r5VsFastifySessionRolling', side('keyturn-redis', 'r5'), side('fastify-session-redis', 'r5'), 2.5),
  goal('r5PostgresVsFastifySessionRolling', side('keyturn-postgres', 'r5'), side('fastify-session-postgres', 'r5')),
  goal('r6VsR1', side('keyturn-redis', 'r6'), side('keyturn-redis', 'r1'), 0.95),
  goal('r6VsR1Postgres', side('keyturn-postgres', 'r6'), side('keyturn-postgres', 'r1')),
]

function side(server: ServerName, workload: WorkloadName): Side {
  return { server, workload }
}

function goal(name: string, ours: Side, other: Side, atLeast?: number): Goal {
  return { name, ours, other, atLeast }
}
