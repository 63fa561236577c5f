/** Runs what concerns one key one after the other, and different keys side by side. */
export interface KeyQueue {
  run<T>(key: string, task: () => Promise<T>): Promise<T>
}

export function createKeyQueue(): KeyQueue {
  const last = new Map<string, Promise<unknown>>()
  return {
    run(key, task) {
      const before = last.get(key)
      const mine = before === undefined ? task() : before.then(task, task)
      last.set(key, mine)
      const forget = (): void => {
        if (last.get(key) === mine) last.delete(key)
      }
      mine.then(forget, forget)
      return mine
    },
  }
}
