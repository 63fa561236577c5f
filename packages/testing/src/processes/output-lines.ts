import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { WaitFailedError } from '../errors.ts'

/** What a process printed, standard output and errors together, line by line as it came. */
export interface OutputLines {
  readonly lines: readonly string[]
  /** Waits for a line that matches; lines that came before the call count. */
  waitFor(pattern: RegExp, options: LineWaitOptions): Promise<RegExpExecArray>
  /** Says that nothing more will come; who still waits is refused. */
  close(reason: string): void
}

export interface LineWaitOptions {
  /** Index of the first line that counts. Default: 0. */
  readonly from?: number
  /** Milliseconds. */
  readonly timeoutMs: number
}

const SHOWN_LINES = 30

export function collectLines(streams: readonly Readable[]): OutputLines {
  const lines: string[] = []
  const listeners = new Set<() => void>()
  let closed: string | undefined

  const tellAll = (): void => { for (const listener of listeners) listener() }
  for (const input of streams) {
    createInterface({ input, crlfDelay: Infinity }).on('line', line => { lines.push(line); tellAll() })
  }

  async function waitFor(pattern: RegExp, { from = 0, timeoutMs }: LineWaitOptions): Promise<RegExpExecArray> {
    let next = from
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
    const look = (): void => {
      for (; next < lines.length; next++) {
        const match = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(lines[next] ?? '')
        if (match !== null) return resolve(match)
      }
      if (closed !== undefined) reject(failure(closed))
    }
    const failure = (why: string): WaitFailedError =>
      new WaitFailedError(`no line matched ${pattern}: ${why}. The last lines:\n${lines.slice(-SHOWN_LINES).join('\n')}`)
    const timer = setTimeout(() => reject(failure(`${timeoutMs} ms passed`)), timeoutMs)
    listeners.add(look)
    look()
    return promise.finally(() => { clearTimeout(timer); listeners.delete(look) })
  }

  return { lines, waitFor, close(reason) { closed = reason; tellAll() } }
}
