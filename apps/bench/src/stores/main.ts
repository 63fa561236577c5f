// `pnpm --filter @keyturn/bench bench:stores [sessions] [postgres|redis|mirror]`
import { measureMirror } from './mirror-cost.ts'
import { measurePostgres } from './postgres-million.ts'
import { measureRedis } from './redis-million.ts'

const sessions = Number(process.argv[2] ?? 1_000_000)
const only = process.argv[3]
if (!Number.isSafeInteger(sessions) || sessions < 1000) throw new TypeError('The number of sessions is a whole number, 1000 or more.')
if (only === undefined || only === 'postgres') await measurePostgres(sessions)
if (only === undefined || only === 'redis') await measureRedis(sessions)
if (only === undefined || only === 'mirror') await measureMirror()
