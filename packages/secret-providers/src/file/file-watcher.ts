import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Clock } from '@keyturn/token-crypto'

export interface FileWatcherOptions {
  readonly path: string
  readonly pollMs: number
  readonly clock: Clock
  onChange(): void
}

/**
 * Tells when a file was made, replaced, written or removed.
 *
 * The events of the folder come at once; looking at the file finds what they miss: network file systems, a folder that
 * was not there, a folder that was replaced.
 *
 * @returns Ends it.
 */
export function watchFile({ path, pollMs, clock, onChange }: FileWatcherOptions): () => void {
  let known: string | undefined
  let ended = false
  let events: FSWatcher | undefined
  let cancelTimer = (): void => undefined

  async function look(): Promise<void> {
    const seen = await describe(path)
    if (ended) return
    const changed = known !== undefined && known !== seen
    known = seen
    if (changed) onChange()
  }

  function listen(): void {
    if (events !== undefined) return
    try {
      events = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (name === null || name === basename(path) || name.startsWith('..')) void look()
      })
      events.on('error', () => {
        events?.close()
        events = undefined
      })
    } catch {
      // The folder is not there yet, or this system has no watches left: the timer goes on looking.
    }
  }

  function poll(): void {
    cancelTimer = clock.setTimer(() => {
      listen()
      void look().finally(() => {
        if (!ended) poll()
      })
    }, pollMs)
  }

  listen()
  void look()
  poll()
  return () => {
    ended = true
    cancelTimer()
    events?.close()
  }
}

async function describe(path: string): Promise<string> {
  // Behind the links, where there are any: a container platform swaps a link to a folder.
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  return stats === undefined ? 'absent' : `${stats.ino} ${stats.mtimeNs} ${stats.size} ${stats.mode} ${stats.uid}`
}
