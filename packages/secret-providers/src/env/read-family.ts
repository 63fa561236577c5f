import { createSecretVersion, type EpochMs, Secret, type SecretState, type SecretVersion } from '@keyturn/token-crypto'
import { parseDate } from '../key-set/key-set-date.ts'
import { findWeakness } from '../refuse-weak.ts'
import { UNKNOWN_AGE } from '../provider.ts'
import { previousPattern } from './env-names.ts'
import type { EnvironmentReport } from './environment-report.ts'
import type { EnvironmentValue, EnvironmentView } from './environment-view.ts'

export interface FamilyContext {
  readonly view: EnvironmentView
  readonly report: EnvironmentReport
  readonly now: EpochMs
  /** What every secret of the family has to look like, beyond being strong. */
  readonly requireHex: boolean
}

/**
 * Reads a secret with its companions: `_NEXT` is pending, `_PREVIOUS`, `_PREVIOUS_2`, … retire on `_UNTIL`,
 * `_CREATED_AT` tells the age.
 */
export function readFamily(base: string, context: FamilyContext): SecretVersion[] {
  const { view, report } = context
  const current = view.get(base)
  if (current === undefined) return []
  const next = view.get(`${base}_NEXT`)
  const versions = [
    readVersion(current, { state: 'primary', createdAt: readAge(base, context) }, context),
    ...(next === undefined ? [] : [readVersion(next, { state: 'pending', createdAt: UNKNOWN_AGE }, context)]),
    ...view.match(previousPattern(base)).map((previous) => readPrevious(previous, context)),
  ].filter((version) => version !== undefined)
  const twice = versions.find(({ id }, index) => versions.findIndex((other) => other.id === id) < index)
  if (twice !== undefined) {
    report.refuse({
      where: base,
      rule: 'listed-twice',
      problem: 'Two of this name and its _NEXT and _PREVIOUS companions hold the same secret.',
      remedy: 'Remove one of the two.',
    })
  }
  return versions
}

/** Checks how a secret is written. `undefined`: refused, and reported. */
export function readSecret({ name, value }: EnvironmentValue, report: EnvironmentReport): Secret | undefined {
  const problem = findWritingProblem(value)
  if (problem === undefined) return Secret.fromText(value)
  report.refuse({ where: name, rule: 'badly-written', ...problem })
  return undefined
}

/** The end date beside a name. `undefined`: missing or wrong, and reported. */
export function readEnd(name: string, { view, report, now }: FamilyContext): EpochMs | undefined {
  const until = view.get(`${name}_UNTIL`)
  const example = new Date(now + 30 * 86_400_000).toISOString().slice(0, 10)
  if (until === undefined) {
    report.refuse({
      where: name,
      rule: 'no-end-date',
      problem: 'There is no date after which it no longer counts.',
      remedy: `Set ${name}_UNTIL to one, such as ${example}.`,
    })
    return undefined
  }
  return readDate(until, report)
}

function readVersion(
  found: EnvironmentValue,
  fields: { state: SecretState; createdAt: EpochMs; retireAt?: EpochMs },
  { report, requireHex }: FamilyContext,
): SecretVersion | undefined {
  const secret = readSecret(found, report)
  if (secret === undefined) return undefined
  const faults = findWeakness({ secret }, found.name)
  if (requireHex && !/^[0-9a-f]{64}$/i.test(found.value)) {
    faults.push({ where: found.name, rule: 'not-64-hex', problem: 'It is not 64 hex digits, which are 32 bytes.' })
  }
  faults.forEach(report.refuse)
  if (faults.length === 0) report.use(found, fields.state)
  return createSecretVersion({ secret, ...fields })
}

function readPrevious(found: EnvironmentValue, context: FamilyContext): SecretVersion | undefined {
  const retireAt = readEnd(found.name, context)
  if (retireAt === undefined) return undefined
  if (retireAt <= context.now) context.report.warn(`${found.name} no longer counts: its date has passed. Remove it.`)
  return readVersion(found, { state: 'retiring', createdAt: UNKNOWN_AGE, retireAt }, context)
}

function readAge(base: string, { view, report }: FamilyContext): EpochMs {
  const found = view.get(`${base}_CREATED_AT`)
  return found === undefined ? UNKNOWN_AGE : (readDate(found, report) ?? UNKNOWN_AGE)
}

function readDate(found: EnvironmentValue, report: EnvironmentReport): EpochMs | undefined {
  const time = parseDate(found.value)
  if (time !== undefined) {
    report.use(found, 'date')
    return time
  }
  report.refuse({
    where: found.name,
    rule: 'not-a-date',
    problem: 'It is not a date.',
    remedy: 'Write it like 2026-03-01 or 2026-03-01T12:00:00Z.',
  })
  return undefined
}

function findWritingProblem(value: string): { problem: string; remedy: string } | undefined {
  if (value === '') return { problem: 'It is set, but empty.', remedy: 'Give it a value, or do not set it.' }
  if (value !== value.trim()) {
    return { problem: 'It begins or ends with white space.', remedy: 'Remove that: elsewhere the same secret would be another one.' }
  }
  if (/\p{Cc}/u.test(value)) return { problem: 'It holds control characters.', remedy: 'Set it to one line of text.' }
  return undefined
}
