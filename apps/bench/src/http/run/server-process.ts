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
  stop(): Promise<void>
}

interface StartServerOptions {
  readonly entry: CatalogueEntry
  readonly settings: ServerSettings
  readonly cores: Cores
  /** Further arguments of Node, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[]
}

/** @throws {ServerFailedError} KEYTURN_BENCH_SERVER_FAILED: it did not get as far as to listen. */
export async function startServer({ entry, settings, cores, nodeArgs = [] }: StartServerOptions): Promise<RunningServer> {
  const child = await spawnNode(entry.script, { env: settingsToEnv(settings), nodeArgs: ['--expose-gc', ...nodeArgs] })
  cores.placeServer(child.pid)

  const next = async (): Promise<Answer> => {
    try {
      return (await child.nextMessage()) as Answer
    } catch {
      throw new ServerFailedError(entry.name, `no answer. It printed:\n${child.lines.slice(-20).join('\n')}`)
    }
  }
  const ask = async (question: Ask): Promise<Answer> => {
    child.send(question)
    return next()
  }
  const askUsage = async (question: 'usage' | 'collect'): Promise<ServerUsage> => {
    const answer = await ask(question)
    if (answer.kind !== 'usage') throw new ServerFailedError(entry.name, `answered ${answer.kind} to ${question}`)
    return answer.usage
  }

  const ready = await next()
  if (ready.kind !== 'ready') throw new ServerFailedError(entry.name, `answered ${ready.kind} before it was ready`)
  return {
    entry,
    url: `http://127.0.0.1:${ready.port}`,
    usage: () => askUsage('usage'),
    usageWithoutGarbage: () => askUsage('collect'),
    async rotate() {
      const answer = await ask('rotate')
      if (answer.kind === 'failed') throw new ServerFailedError(entry.name, answer.message)
    },
    async stop() {
      await child.kill('SIGTERM')
    },
  }
}
