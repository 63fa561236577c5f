import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchdog } from '../processes/watchdog.ts'

/** A folder of our own under the system's temporary folder. */
export interface TemporaryFolder {
  readonly path: string
  remove(): Promise<void>
}

/** Makes a folder with mode 0700 that is removed at the latest when this process ends, however it ends. */
export function createTemporaryFolder(name: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `keyturn-${name}-`))
  watchdog.watchFolder(path)
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
      watchdog.forgetFolder(path)
    },
  }
}
