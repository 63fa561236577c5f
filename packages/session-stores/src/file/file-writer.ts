import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface FileWriter {
  /** Resolves when what the content is now rests on the disk. Calls during a write share the next one. */
  write(): Promise<void>
  /** Resolves when nothing is being written. */
  settle(): Promise<void>
}

/** Replaces a file as a whole: whoever reads it, also after a crash, finds the old content or the new. */
export function createFileWriter(path: string, content: () => string): FileWriter {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  function start(): Promise<void> {
    const started = replaceFile(path, content()).finally(() => {
      if (running === started) running = undefined
    })
    running = started
    return started
  }

  return {
    write() {
      if (running === undefined) return start()
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = undefined
          return start()
        })
      return next
    },
    async settle() {
      while (running !== undefined || next !== undefined) await (next ?? running)?.catch(() => undefined)
    },
  }
}

async function replaceFile(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`
  try {
    const file = await open(unfinished, 'w', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/** The rename itself must reach the disk; where folders cannot be opened, as on Windows, the system sees to it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}
