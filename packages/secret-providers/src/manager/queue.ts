/** Runs work one after the other: two rotations of one process do not race each other. */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>

/** @param assertOpen - Throws when nothing more may be done. */
export function createQueue(assertOpen: () => void): Queue {
  let tail: Promise<unknown> = Promise.resolve()
  return async (work) => {
    const turn = tail.then(async () => {
      assertOpen()
      return work()
    })
    tail = turn.catch(() => undefined)
    return turn
  }
}
