import { type Clock, systemClock } from '@keyturn/token-crypto'
import { createAwsProvider } from '../aws/aws-provider.ts'
import { SecretRefusedError } from '../errors.ts'
import { createFileProvider } from '../file/file-provider.ts'
import type { SecretProvider } from '../provider.ts'
import { createEnvironmentProvider } from './env-provider.ts'
import { type EnvironmentOptions, viewEnvironment } from './environment-view.ts'
import { readSourceSettings } from './source-settings.ts'

export interface EnvironmentProvidersOptions extends EnvironmentOptions {
  readonly clock?: Clock
}

/**
 * The sources that the environment names, in their order: the environment itself; AWS Secrets Manager, when
 * `SECRETKEY_STORAGE_TYPE` is `aws`; a key set file, when it is `local` or `SECRETKEY_PATH` is set.
 *
 * @throws {SecretRefusedError} KEYTURN_SECRET_REFUSED: a name that chooses a source is badly set.
 */
export async function createProvidersFromEnvironment(options: EnvironmentProvidersOptions = {}): Promise<SecretProvider[]> {
  const { aws, folder, faults } = readSourceSettings(await viewEnvironment(options))
  if (faults.length > 0) throw new SecretRefusedError(faults)
  const { clock = systemClock } = options
  return [
    createEnvironmentProvider(options),
    ...(aws === undefined ? [] : [createAwsProvider(aws)]),
    ...(folder === undefined ? [] : [createFileProvider({ folder, flowise: { folder }, clock })]),
  ]
}
