import { findBinary } from '../binaries/find-binary.ts'
import { startServerProcess } from '../servers/server-process.ts'
import type { ServerProcess } from '../servers/server-process.ts'
import { redisRole } from './redis-binary.ts'

export interface RedisProcessOptions {
  readonly folder: string
  readonly port: number | undefined
  /** Settings by name; they win over ours. */
  readonly settings: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export async function startRedisProcess({ folder, port, settings, timeoutMs }: RedisProcessOptions): Promise<ServerProcess> {
  const binary = await findBinary(redisRole)
  return startServerProcess({
    name: 'Redis',
    port,
    processOn: () => ({
      command: binary.command,
      // The settings come by standard input: arguments are there to read for every user of the machine.
      args: [...binary.args, '-'],
      cwd: folder,
      env: { ...process.env, ...binary.env },
    }),
    inputOn: boundPort => configuration({ ...OURS, dir: folder, port: String(boundPort), ...settings }),
    ready: /Ready to accept connections/,
    portTaken: /Address already in use|Failed listening on port/,
    timeoutMs,
    endSignal: 'SIGTERM',
  })
}

const OURS: Readonly<Record<string, string>> = {
  bind: '127.0.0.1',
  daemonize: 'no',
  save: '""',
  appendonly: 'no',
  'enable-debug-command': 'yes',
}

function configuration(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings).map(([name, value]) => `${name} ${value}\n`).join('')
}
