/** Locks that are held to the end of a transaction, as in a database. */
export interface Locks {
  acquire(name: string, owner: object): Promise<void>
  isFree(name: string, owner: object): boolean
  releaseAll(owner: object): void
}

export function createLocks(): Locks {
  const owners = new Map<string, object>()
  let waiting: (() => void)[] = []
  const isFree = (name: string, owner: object): boolean => (owners.get(name) ?? owner) === owner
  return {
    isFree,
    async acquire(name, owner) {
      while (!isFree(name, owner)) await new Promise<void>((resolve) => waiting.push(resolve))
      owners.set(name, owner)
    },
    releaseAll(owner) {
      for (const [name, holder] of owners) if (holder === owner) owners.delete(name)
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
  }
}
