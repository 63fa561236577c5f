/** Gathers what many ask for at about the same time. */
export interface Batch<Task, Result> {
  add(task: Task): Promise<Result>
  /** Begins at once with what has been gathered. */
  flush(): void
}

export interface BatchOptions<Task, Result> {
  /** A result of each task, in their order; one that takes longer than the others is a promise. */
  readonly run: (tasks: readonly Task[]) => Promise<readonly (Result | Promise<Result>)[]>
  /** How large a task, or its result, is likely to be. Default: nothing. */
  readonly bytesOf?: (task: Task) => number
}

/** More would keep the first waiting for the last. */
const MOST_TASKS = 64
/** Of what is larger the database answers one part while this process is busy with the one before. */
const MOST_BYTES = 16_384
/** Longest wait for a run that is under way, milliseconds: it may be held up by what concerns nobody else. */
const PATIENCE_MS = 3

interface Gathering<Task, Result> {
  readonly tasks: Task[]
  readonly results: Promise<readonly (Result | Promise<Result>)[]>
  bytes: number
  /** The turn of the event loop in which it was begun is over. */
  isDue: boolean
  begin(): void
}

/**
 * Those who ask in one turn of the event loop share a run, and so do those who ask while one is under way: what a
 * statement costs the driver and the server is many times what a row does. Where none is under way, nobody waits for more
 * than the end of the turn.
 */
export function createBatch<Task, Result>({ run, bytesOf = () => 0 }: BatchOptions<Task, Result>): Batch<Task, Result> {
  let gathering: Gathering<Task, Result> | undefined
  let underWay = 0

  function gather(): Gathering<Task, Result> {
    const { promise, resolve } = Promise.withResolvers<readonly (Result | Promise<Result>)[]>()
    let timer: NodeJS.Timeout | undefined
    const own: Gathering<Task, Result> = {
      tasks: [],
      results: promise,
      bytes: 0,
      isDue: false,
      begin() {
        gathering = undefined
        clearTimeout(timer)
        underWay++
        resolve(run(own.tasks).finally(onEnd))
      },
    }
    setImmediate(() => {
      if (gathering !== own) return
      if (underWay === 0) return own.begin()
      own.isDue = true
      timer = setTimeout(own.begin, PATIENCE_MS)
    })
    return own
  }

  function onEnd(): void {
    underWay--
    if (underWay === 0 && gathering?.isDue === true) gathering.begin()
  }

  return {
    add(task) {
      const bytes = bytesOf(task)
      if (gathering !== undefined && (gathering.tasks.length === MOST_TASKS || gathering.bytes + bytes > MOST_BYTES)) gathering.begin()
      gathering ??= gather()
      gathering.bytes += bytes
      const at = gathering.tasks.push(task) - 1
      return gathering.results.then((results) => results[at] as Result)
    },
    flush() {
      gathering?.begin()
    },
  }
}
