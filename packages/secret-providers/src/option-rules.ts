/** One rule about an option: its problem, or `undefined` when it holds. */
export type OptionRule = string | undefined

/** @throws {TypeError} Names every rule that does not hold. */
export function checkOptions(owner: string, rules: readonly OptionRule[]): void {
  const problems = rules.filter((rule) => rule !== undefined)
  if (problems.length > 0) throw new TypeError(`${owner}: ${problems.join('; ')}.`)
}

/** Refuses NaN, infinity, texts, and what lies outside. */
export function checkDuration(name: string, value: unknown, min: number): OptionRule {
  const holds = typeof value === 'number' && Number.isFinite(value) && value >= min
  return holds ? undefined : `${name} is a number of milliseconds, ${min} or more`
}

export function checkText(name: string, value: unknown): OptionRule {
  return typeof value === 'string' && value !== '' ? undefined : `${name} is a text that is not empty`
}
