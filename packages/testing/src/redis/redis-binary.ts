import type { BinaryRole } from '../binaries/binary-role.ts'

/** Redis 7 or later. The same program is a server, a node of a cluster and a sentinel. */
export const redisRole: BinaryRole = {
  name: 'redis-server',
  variable: 'KEYTURN_REDIS_SERVER',
  candidates: ['redis-server', '/usr/sbin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'],
  probe: { args: ['--version'], prints: /Redis server v=([7-9]|\d\d)\./ },
  debian: { packages: ['redis-server', 'redis-tools'], paths: ['usr/bin/redis-server'] },
  docker: { image: 'redis:7-bookworm', path: 'usr/local/bin/redis-server' },
  remedy: 'Install Redis 7 (`apt-get install redis-server`, `brew install redis`)',
}
