import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Where processes run: a server has a core of its own, load and databases share the others. */
export interface Cores {
  /** `false` on one core, or where there is no `taskset`: figures then hold one another up. */
  readonly pinned: boolean
  placeServer(pid: number): void
  /** Microseconds that the server's core has been busy with anything at all; `undefined` where the system does not tell. */
  busyMicros(): number | undefined
}

const SERVER_CORE = 0
/** The kernel counts in hundredths of a second. */
const TICK_MICROS = 10_000
const IDLE_FIELDS = new Set([3, 4])

/** Puts this process, and every one that it starts from now on, on all cores but the server's. */
export function divideCores(): Cores {
  const cores = availableParallelism()
  const pinned = cores > 1 && place(process.pid, cores === 2 ? '1' : `1-${cores - 1}`)
  return {
    pinned,
    placeServer(pid) {
      if (pinned) place(pid, String(SERVER_CORE))
    },
    busyMicros: () => (pinned ? readBusyMicros() : undefined),
  }
}

function place(pid: number, list: string): boolean {
  try {
    // All threads: those of V8 and libuv are there before this is called.
    execFileSync('taskset', ['-a', '-c', '-p', list, String(pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function readBusyMicros(): number | undefined {
  const line = readFileSync('/proc/stat', 'utf8').split('\n').find((row) => row.startsWith(`cpu${SERVER_CORE} `))
  if (line === undefined) return undefined
  // Guest time, from the ninth field on, is part of user time already.
  const ticks = line.split(' ').slice(1, 9).map(Number)
  return ticks.reduce((sum, value, field) => (IDLE_FIELDS.has(field) ? sum : sum + value), 0) * TICK_MICROS
}
