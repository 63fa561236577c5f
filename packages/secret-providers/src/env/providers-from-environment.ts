import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '@keyturn/token-crypto'
import { SecretRefusedError } from '../errors.ts'
import { createFileProvider } from '../file/file-provider.ts'
import type { SecretProvider } from '../provider.ts'
import { createEnvironmentProvider } from './env-provider.ts'
import { type EnvironmentOptions, type EnvironmentView, viewEnvironment } from './environment-view.ts'

export interface EnvironmentProvidersOptions extends EnvironmentOptions {
  readonly clock?: Clock
}

/**
 * The sources that the environment names, in their order: the environment itself, AWS Secrets Manager when
 * `SECRETKEY_STORAGE_TYPE` is `aws`, a key set file when it is `local` or `SECRETKEY_PATH` is set.
 *
 * @throws {SecretRefusedError} KEYTURN_SECRET_REFUSED: `SECRETKEY_STORAGE_TYPE` is something else.
 */
export async function createProvidersFromEnvironment(options: EnvironmentProvidersOptions = {}): Promise<SecretProvider[]> {
  const view = await viewEnvironment(options)
  const environment = createEnvironmentProvider(options)
  const folder = findFolder(view)
  const { clock = systemClock } = options
  return folder === undefined ? [environment] : [environment, createFileProvider({ folder, flowise: { folder }, clock })]
}

/** Where secrets are kept in files. `undefined`: nowhere. */
function findFolder(view: EnvironmentView): string | undefined {
  const type = view.get('SECRETKEY_STORAGE_TYPE')?.value
  if (type !== undefined && type !== 'local') {
    throw new SecretRefusedError([
      {
        where: 'SECRETKEY_STORAGE_TYPE',
        rule: 'unknown-storage',
        problem: 'It names a kind of storage that is not known.',
        remedy: "Set it to 'local' or 'aws', or do not set it.",
      },
    ])
  }
  const path = view.get('SECRETKEY_PATH')?.value
  if (path !== undefined && path !== '') return path
  return type === 'local' ? join(homedir(), '.flowise') : undefined
}
