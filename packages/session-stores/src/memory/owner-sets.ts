/** Which entries belong to which owner. */
export interface OwnerSets {
  add(ownerTag: Buffer | undefined, name: string): void
  remove(ownerTag: Buffer | undefined, name: string): void
  names(ownerTag: Buffer): string[]
}

export function createOwnerSets(): OwnerSets {
  const sets = new Map<string, Set<string>>()
  return {
    add(ownerTag, name) {
      if (ownerTag === undefined) return
      const owner = ownerTag.toString('latin1')
      const names = sets.get(owner)
      if (names === undefined) sets.set(owner, new Set([name]))
      else names.add(name)
    },
    remove(ownerTag, name) {
      if (ownerTag === undefined) return
      const owner = ownerTag.toString('latin1')
      const names = sets.get(owner)
      if (names?.delete(name) && names.size === 0) sets.delete(owner)
    },
    names: (ownerTag) => [...(sets.get(ownerTag.toString('latin1')) ?? [])],
  }
}
