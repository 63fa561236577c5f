import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findBinary } from '../binaries/find-binary.ts'
import type { Binary } from '../binaries/binary-role.ts'
import type { ManagedProcessOptions } from '../processes/managed-process.ts'
import { startServerProcess } from '../servers/server-process.ts'
import type { ServerProcess } from '../servers/server-process.ts'
import { redisRole } from './redis-binary.ts'

export interface RedisProcessOptions {
  readonly folder: string
  readonly port: number | undefined
  /** Settings by name for the port that it gets; they win over ours. */
  readonly settingsOn: (port: number) => Settings
  readonly timeoutMs: number
}

export interface SentinelProcessOptions {
  readonly folder: string
  /** Lines of the configuration, beside those of the port and the folder. */
  readonly lines: readonly string[]
  readonly timeoutMs: number
}

type Settings = Readonly<Record<string, string>>

const PORT_TAKEN = /Address already in use|Failed listening on port/

export async function startRedisProcess({ folder, port, settingsOn, timeoutMs }: RedisProcessOptions): Promise<ServerProcess> {
  const binary = await findBinary(redisRole)
  return startServerProcess({
    name: 'Redis',
    port,
    // The settings come by standard input: arguments are there to read for every user of the machine.
    processOn: () => processOf(binary, folder, ['-']),
    inputOn: boundPort => configuration({ ...OURS, dir: folder, port: String(boundPort), ...settingsOn(boundPort) }),
    ready: /Ready to accept connections/,
    portTaken: PORT_TAKEN,
    timeoutMs,
    endSignal: 'SIGTERM',
  })
}

/** A sentinel keeps what it learns in its configuration, so that is a file, and stays over restarts. */
export async function startSentinelProcess({ folder, lines, timeoutMs }: SentinelProcessOptions): Promise<ServerProcess> {
  const binary = await findBinary(redisRole)
  return startServerProcess({
    name: 'Redis Sentinel',
    port: undefined,
    processOn: port => {
      const path = join(folder, `sentinel-${port}.conf`)
      const text = configuration({ bind: '127.0.0.1', daemonize: 'no', dir: folder, port: String(port) }) + lines.map(line => `${line}\n`).join('')
      if (!existsSync(path)) writeFileSync(path, text, { mode: 0o600 })
      return processOf(binary, folder, [path, '--sentinel'])
    },
    ready: /\+monitor master/,
    portTaken: PORT_TAKEN,
    timeoutMs,
    endSignal: 'SIGTERM',
  })
}

function processOf(binary: Binary, folder: string, args: readonly string[]): ManagedProcessOptions {
  return { command: binary.command, args: [...binary.args, ...args], cwd: folder, env: { ...process.env, ...binary.env } }
}

const OURS: Settings = {
  bind: '127.0.0.1',
  daemonize: 'no',
  save: '""',
  appendonly: 'no',
  'enable-debug-command': 'yes',
}

function configuration(settings: Settings): string {
  return Object.entries(settings).map(([name, value]) => `${name} ${value}\n`).join('')
}
