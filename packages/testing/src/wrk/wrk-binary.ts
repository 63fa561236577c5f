import type { BinaryRole } from '../binaries/binary-role.ts'

/** wrk 4, with its scripts in Lua. */
export const wrkRole: BinaryRole = {
  name: 'wrk',
  variable: 'KEYTURN_WRK',
  candidates: ['wrk', '/usr/local/bin/wrk', '/opt/homebrew/bin/wrk'],
  probe: { args: ['-v'], prints: /^wrk \S*4\./, code: 1 },
  debian: { packages: ['wrk'], paths: ['usr/bin/wrk'] },
  remedy: 'Install wrk 4 (`apt-get install wrk`, `brew install wrk`)',
}
