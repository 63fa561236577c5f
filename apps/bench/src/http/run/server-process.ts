import type { Profiler } from 'node:inspector'
import { spawnNode } from '@keyturn/testing/processes'
import type { Answer, Ask, ServerUsage } from '../app/control.ts'
import { type ServerSettings, settingsToEnv } from '../app/server-settings.ts'
import { ServerFailedError } from '../errors.ts'
import type { CatalogueEntry } from '../plan/catalogue.ts'
import type { Cores } from './cores.ts'

/** A server that listens, in a process of its own. */
export interface RunningServer {
  readonly entry: CatalogueEntry
  readonly url: string
  usage(): Promise<ServerUsage>
  /** Usage after all garbage is gone. */
  usageWithoutGarbage(): Promise<ServerUsage>
  rotate(): Promise<void>
  startProfile(): Promise<void>
  stopProfile(): Promise<Profiler.Profile>
  stop(): Promise<void>
}

const LONGEST_RUN_MS = 24 * 3_600_000

interface StartServerOptions {
  readonly entry: CatalogueEntry
  readonly settings: ServerSettings
  readonly cores: Cores
}

/** @throws {ServerFailedError} KEYTURN_BENCH_SERVER_FAILED: it did not get as far as to listen. */
export async function startServer({ entry, settings, cores }: StartServerOptions): Promise<RunningServer> {
  const child = await spawnNode(entry.script, { env: settingsToEnv(settings), nodeArgs: ['--expose-gc'] })
  cores.placeServer(child.pid)

  const ended = child.waitForExit({ timeoutMs: LONGEST_RUN_MS }).then(() => undefined)
  ended.catch(() => {})
  const next = async (): Promise<Answer> => {
    const answer = await Promise.race([child.nextMessage(), ended]).catch(() => undefined)
    if (answer !== undefined) return answer as Answer
    const how = child.exit === undefined ? '' : ` It ended with ${child.exit.signal ?? `code ${child.exit.code}`}.`
    throw new ServerFailedError(entry.name, `no answer.${how} It printed:\n${child.lines.slice(-20).join('\n')}`)
  }
  const ask = async <Kind extends Answer['kind']>(question: Ask, kind: Kind): Promise<Extract<Answer, { kind: Kind }>> => {
    child.send(question)
    const answer = await next()
    if (answer.kind === kind) return answer as Extract<Answer, { kind: Kind }>
    throw new ServerFailedError(entry.name, answer.kind === 'failed' ? answer.message : `answered ${answer.kind} to ${question}`)
  }

  const ready = await next()
  if (ready.kind !== 'ready') throw new ServerFailedError(entry.name, `answered ${ready.kind} before it was ready`)
  return {
    entry,
    url: `http://127.0.0.1:${ready.port}`,
    usage: async () => (await ask('usage', 'usage')).usage,
    usageWithoutGarbage: async () => (await ask('collect', 'usage')).usage,
    rotate: async () => void (await ask('rotate', 'done')),
    startProfile: async () => void (await ask('start-profile', 'done')),
    stopProfile: async () => (await ask('stop-profile', 'profile')).profile,
    async stop() {
      await child.kill('SIGTERM')
    },
  }
}
