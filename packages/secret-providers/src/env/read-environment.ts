import type { EpochMs, LegacySecret, SecretVersion } from '@keyturn/token-crypto'
import { ENCRYPTION_NAME, familyPattern, LEGACY_NAME, LEGACY_PATTERN, SECRET_NAMES } from './env-names.ts'
import { createEnvironmentReport, type EnvironmentReport } from './environment-report.ts'
import type { EnvironmentView } from './environment-view.ts'
import { type FamilyContext, readEnd, readFamily, readSecret } from './read-family.ts'

/** Everything that the environment says of secrets, with what is wrong with it. */
export interface EnvironmentReading {
  readonly versions: readonly SecretVersion[]
  readonly encryptionVersions: readonly SecretVersion[]
  readonly legacySecrets: readonly LegacySecret[]
  /** The name that won; `undefined` when none is set. */
  readonly secretName: string | undefined
  readonly report: EnvironmentReport
}

export function readEnvironment(view: EnvironmentView, now: EpochMs): EnvironmentReading {
  const report = createEnvironmentReport()
  view.warnings.forEach(report.warn)
  const context: FamilyContext = { view, report, now, requireHex: false }
  const secretName = SECRET_NAMES.find((name) => view.get(name) !== undefined)
  const versions = secretName === undefined ? [] : readFamily(secretName, context)
  for (const name of SECRET_NAMES) if (name !== secretName) passOver(name, secretName, context)
  const encryptionVersions = readFamily(ENCRYPTION_NAME, { ...context, requireHex: true })
  if (view.get(ENCRYPTION_NAME) === undefined) passOver(ENCRYPTION_NAME, undefined, context)
  const legacySecrets = view.match(LEGACY_PATTERN).flatMap((found) => {
    const secret = readSecret(found, report)
    const acceptUntil = readEnd(found.name, context)
    if (secret === undefined || acceptUntil === undefined) return []
    if (acceptUntil <= now) report.warn(`${found.name} no longer counts: its date has passed. Remove it.`)
    report.use(found, 'legacy')
    return [Object.freeze({ secret, acceptUntil })]
  })
  if (legacySecrets.length === 0) report.miss(LEGACY_NAME, 'raw secret of an older system')
  return { versions, encryptionVersions, legacySecrets, secretName, report }
}

/** A name that lost, or is not there: says so, and whether companions hang in the air. */
function passOver(base: string, winner: string | undefined, { view, report }: FamilyContext): void {
  const found = view.get(base)
  const companions = view.match(familyPattern(base))
  if (found === undefined) report.miss(base, base === ENCRYPTION_NAME ? 'root of what is sealed' : 'the secret')
  if (winner !== undefined) {
    for (const loser of [...(found === undefined ? [] : [found]), ...companions]) {
      report.ignore(loser, `${winner} comes first`)
      report.warn(`${loser.name} is ignored: ${winner} comes first. Remove it.`)
    }
    return
  }
  for (const companion of companions) {
    report.refuse({
      where: companion.name,
      rule: 'companion-alone',
      problem: `${base} is not set.`,
      remedy: `Set ${base}, or remove this name.`,
    })
  }
}
