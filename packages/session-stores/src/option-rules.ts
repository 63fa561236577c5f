/** A sentence about what is wrong, `undefined` when nothing is. */
export type Problem = string | undefined

/** @throws {TypeError} Names every problem at once. */
export function assertNoProblems(factory: string, problems: readonly Problem[]): void {
  const found = problems.filter((problem) => problem !== undefined)
  if (found.length > 0) throw new TypeError(`${factory}: ${found.join('; ')}.`)
}

export function wholeNumber(name: string, value: unknown, range: { min: number; max?: number }): Problem {
  const max = range.max ?? Number.MAX_SAFE_INTEGER
  if (Number.isSafeInteger(value) && (value as number) >= range.min && (value as number) <= max) return undefined
  const upper = range.max === undefined ? '' : ` to ${max}`
  return `${name} must be a whole number, ${range.min}${upper === '' ? ' or more' : upper}`
}

export function text(name: string, value: unknown): Problem {
  return typeof value === 'string' && value.length > 0 ? undefined : `${name} must be a string that is not empty`
}

export function oneGiven(first: string, a: unknown, second: string, b: unknown): Problem {
  if ((a === undefined) !== (b === undefined)) return undefined
  return a === undefined ? `${first} or ${second} is required` : `give either ${first} or ${second}, not both`
}

export function unknownNames(options: object, known: readonly string[]): Problem {
  const unknown = Object.keys(options).filter((name) => !known.includes(name))
  if (unknown.length === 0) return undefined
  return `unknown option ${unknown.join(', ')} (known: ${known.join(', ')})`
}
