import { addTallies, EMPTY_TALLY, type Tally } from '../report.ts'
import type { Checkpoint, CheckpointFile } from './checkpoint-file.ts'

/** Pages are done in another order than they were read: a checkpoint stands behind the last before which nothing is open. */
export interface SessionProgress<Page> {
  /** In the order of reading. @param position - Behind the page; `undefined` where the scan gave none. */
  add(page: Page, position: string | undefined): void
  /** Resolves when what is done now is kept. */
  finish(page: Page, tally: Tally): Promise<void>
  isComplete(): boolean
}

export interface SessionProgressOptions {
  readonly begun: Checkpoint | undefined
  readonly checkpoint: CheckpointFile | undefined
  readonly maxListed: number
}

interface OpenPage<Page> {
  readonly page: Page
  readonly position: string | undefined
  tally: Tally | undefined
}

export function createSessionProgress<Page>({ begun, checkpoint, maxListed }: SessionProgressOptions): SessionProgress<Page> {
  const open: OpenPage<Page>[] = []
  let tally = begun?.tally ?? EMPTY_TALLY
  let saving: Promise<void> = Promise.resolve()

  /** Leaves out what is done, and says how far that is. */
  function advance(): string | undefined {
    let reached: string | undefined
    while (open[0]?.tally !== undefined) {
      const [done] = open.splice(0, 1) as [OpenPage<Page>]
      tally = addTallies(tally, done.tally ?? EMPTY_TALLY, maxListed)
      reached = done.position
    }
    return reached
  }

  return {
    add(page, position) {
      open.push({ page, position, tally: undefined })
    },
    async finish(page, given) {
      const found = open.find((each) => each.page === page)
      if (found !== undefined) found.tally = given
      const position = advance()
      if (checkpoint === undefined || position === undefined) return saving
      const current: Checkpoint = { position, tally }
      saving = saving.then(() => checkpoint.save(current))
      return saving
    },
    isComplete: () => open.length === 0,
  }
}
