/** A setting that the whole migration looks at each time, so that it can be changed while the server runs. */
export interface MigrationSwitch<Phase extends string> {
  readonly phase: Phase
  /** @throws {TypeError} No such phase. */
  set(phase: Phase): void
}

export function createMigrationSwitch<const Phase extends string>(
  phases: readonly Phase[],
  initial: NoInfer<Phase>,
): MigrationSwitch<Phase> {
  let current = checked(initial)
  function checked(phase: Phase): Phase {
    if (phases.includes(phase)) return phase
    throw new TypeError(`The phase of a migration is one of ${phases.join(', ')}.`)
  }
  return Object.freeze({
    get phase() {
      return current
    },
    set(phase: Phase) {
      current = checked(phase)
    },
  })
}
