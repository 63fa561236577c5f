import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchdog } from '../processes/watchdog.ts'

/** A folder of our own for a while. */
export interface TemporaryFolder {
  readonly path: string
  remove(): Promise<void>
}

/**
 * Makes a folder with mode 0700 that is removed at the latest when this process ends, however it ends.
 *
 * @param parent - Default: the system's folder for such.
 */
export function createTemporaryFolder(name: string, parent: string = tmpdir()): TemporaryFolder {
  const path = mkdtempSync(join(parent, `keyturn-${name}-`))
  watchdog.watchFolder(path)
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
      watchdog.forgetFolder(path)
    },
  }
}
