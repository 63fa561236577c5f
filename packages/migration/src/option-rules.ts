/** A sentence about what is wrong, `undefined` when nothing is. */
export type Problem = string | undefined

/** @throws {TypeError} Names every problem at once. */
export function assertNoProblems(factory: string, problems: readonly Problem[]): void {
  const found = problems.filter((problem) => problem !== undefined)
  if (found.length > 0) throw new TypeError(`${factory}: ${found.join('; ')}.`)
}
