/** Something that is opened when it is first needed, once however many ask, and again after it failed. */
export interface OpenOnce<T> {
  /** What is open now; `undefined` before, and after `forget`. */
  readonly current: T | undefined
  open(): Promise<T>
  /** Waits for what is being opened. `undefined` when nothing is or was. */
  settled(): Promise<T | undefined>
  /** The next `open` opens another. @returns What was open. */
  forget(): T | undefined
}

/** @param given - What is open from the beginning. */
export function openOnce<T>(openIt: () => Promise<T>, given?: T): OpenOnce<T> {
  let current = given
  let opening: Promise<T> | undefined

  async function start(): Promise<T> {
    try {
      current = await openIt()
      return current
    } catch (error) {
      opening = undefined
      throw error
    }
  }

  return {
    get current() {
      return current
    },
    open() {
      opening ??= start()
      return opening
    },
    settled: async () => opening?.catch(() => undefined),
    forget() {
      const former = current
      current = opening = undefined
      return former
    },
  }
}
