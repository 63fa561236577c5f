import { readFile, rm } from 'node:fs/promises'
import { CheckpointError } from '../errors.ts'
import { replaceFile } from '../replace-file.ts'
import { EMPTY_TALLY, type Tally } from '../report.ts'

/** How far a run over the sessions of a store has come. */
export interface Checkpoint {
  /** Of the scan; everything up to here is done. `undefined` at the start. */
  readonly position: string | undefined
  /** Of what is done. */
  readonly tally: Tally
}

/** Where the checkpoint of one run is kept, so that it goes on after its process was killed. */
export interface CheckpointFile {
  /** `undefined` when there is none: nothing was begun. */
  load(): Promise<Checkpoint | undefined>
  /** Durable when it resolves. */
  save(checkpoint: Checkpoint): Promise<void>
  remove(): Promise<void>
}

const FORMAT = 1

interface Stored extends Checkpoint {
  readonly format: number
  readonly job: string
}

/**
 * A file that only this user can read. It holds a position and counts, no session and no id that a cookie carries.
 *
 * @param job - What the run does, between which stores: the checkpoint of another run is refused.
 */
export function createCheckpointFile(path: string, job: string): CheckpointFile {
  return {
    async load() {
      const text = await readIfThere(path)
      if (text === undefined) return undefined
      const stored = parse(text)
      if (stored === undefined) throw new CheckpointError('is no checkpoint')
      if (stored.job !== job) throw new CheckpointError('belongs to another run')
      return { position: stored.position, tally: { ...EMPTY_TALLY, ...stored.tally } }
    },
    async save(checkpoint) {
      const stored: Stored = { format: FORMAT, job, ...checkpoint }
      await replaceFile(path, JSON.stringify(stored)).catch((error: unknown) => refuse('written', error))
    },
    remove: async () => rm(path, { force: true }),
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : refuse('read', error)
  }
}

function parse(text: string): Stored | undefined {
  try {
    const stored = JSON.parse(text) as Partial<Stored> | null
    if (stored?.format !== FORMAT || typeof stored.job !== 'string' || typeof stored.position !== 'string') return undefined
    return typeof stored.tally === 'object' ? (stored as Stored) : undefined
  } catch {
    return undefined
  }
}

function refuse(doing: 'read' | 'written', error: unknown): never {
  throw new CheckpointError(`cannot be ${doing} (${(error as NodeJS.ErrnoException).code ?? 'UNKNOWN'})`)
}
