import { SecretRefusedError, SecretSourceClosedError } from '../errors.ts'
import type { SecretProvider, SecretSet } from '../provider.ts'
import { type EnvironmentProviderOptions, resolveEnvironmentOptions } from './env-options.ts'
import { SECRET_NAMES } from './env-names.ts'
import type { ExplainedName } from './environment-report.ts'
import { viewEnvironment } from './environment-view.ts'
import { type EnvironmentReading, readEnvironment } from './read-environment.ts'

export interface EnvironmentProvider extends SecretProvider {
  /** What became of each name, without values. Never rejects for what the names hold. */
  explain(): Promise<readonly ExplainedName[]>
}

/**
 * Reads the secret from the environment, and from a `.env` file behind it.
 *
 * `load` rejects with `KEYTURN_SECRET_REFUSED`, all problems together, when a secret is weak, badly written, or a
 * previous one has no end date.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createEnvironmentProvider(options: EnvironmentProviderOptions = {}): EnvironmentProvider {
  const { source, clock } = resolveEnvironmentOptions(options)
  let closed = false

  async function read(): Promise<EnvironmentReading> {
    if (closed) throw new SecretSourceClosedError('The environment provider')
    return readEnvironment(await viewEnvironment(source), clock.now())
  }

  return Object.freeze({
    name: 'environment',
    place: `environment: ${SECRET_NAMES.join(', ')}`,
    supports: Object.freeze({ create: false, rotate: false, watch: false }),
    async load({ signal } = {}) {
      signal?.throwIfAborted()
      const reading = await read()
      signal?.throwIfAborted()
      const { faults } = reading.report
      if (faults.length > 0) throw new SecretRefusedError(faults)
      return toSecretSet(reading)
    },
    async explain() {
      return (await read()).report.names
    },
    async close() {
      closed = true
    },
  } satisfies EnvironmentProvider)
}

function toSecretSet(reading: EnvironmentReading): SecretSet | undefined {
  const { versions, encryptionVersions, legacySecrets, secretName, report } = reading
  const [first] = [versions, encryptionVersions, legacySecrets].filter((list) => list.length > 0)
  if (first === undefined) return undefined
  return Object.freeze({
    versions: Object.freeze(versions),
    ...(encryptionVersions.length === 0 ? {} : { encryptionVersions: Object.freeze(encryptionVersions) }),
    ...(legacySecrets.length === 0 ? {} : { legacySecrets: Object.freeze(legacySecrets) }),
    origin: secretName === undefined ? 'environment' : `environment ${secretName}`,
    ...(report.warnings.length === 0 ? {} : { warnings: Object.freeze([...report.warnings]) }),
  })
}
