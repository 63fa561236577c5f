import { homedir } from 'node:os'
import { join } from 'node:path'
import type { AwsProviderOptions } from '../aws/aws-options.ts'
import type { SecretFault } from '../notices/secret-fault.ts'
import type { EnvironmentView } from './environment-view.ts'

/** Flowise's own defaults, so that a setting that worked there works here. */
const DEFAULT_AWS_NAME = 'FlowiseSessionSecret'
const DEFAULT_AWS_REGION = 'us-east-1'
const DEFAULT_FOLDER = join(homedir(), '.flowise')

/** Where the environment says that secrets are kept. */
export interface SourceSettings {
  readonly aws: AwsProviderOptions | undefined
  /** Folder of the key set file. */
  readonly folder: string | undefined
  readonly faults: readonly SecretFault[]
}

export function readSourceSettings(view: EnvironmentView): SourceSettings {
  const text = (name: string): string | undefined => view.get(name)?.value
  const faults: SecretFault[] = []
  const type = text('SECRETKEY_STORAGE_TYPE')
  if (type !== undefined && type !== 'local' && type !== 'aws') {
    faults.push({
      where: 'SECRETKEY_STORAGE_TYPE',
      rule: 'unknown-storage',
      problem: 'It names a kind of storage that is not known.',
      remedy: "Set it to 'local' or 'aws', or do not set it.",
    })
  }
  const path = text('SECRETKEY_PATH')
  if (path === '') faults.push({ where: 'SECRETKEY_PATH', rule: 'badly-written', problem: 'It is set, but empty.', remedy: 'Name a folder, or do not set it.' })
  return {
    aws: type === 'aws' ? readAwsSettings(text, faults) : undefined,
    folder: path ?? (type === 'local' ? DEFAULT_FOLDER : undefined),
    faults,
  }
}

function readAwsSettings(text: (name: string) => string | undefined, faults: SecretFault[]): AwsProviderOptions {
  const accessKeyId = text('SECRETKEY_AWS_ACCESS_KEY')
  const secretAccessKey = text('SECRETKEY_AWS_SECRET_KEY')
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    const missing = accessKeyId === undefined ? 'SECRETKEY_AWS_ACCESS_KEY' : 'SECRETKEY_AWS_SECRET_KEY'
    faults.push({ where: missing, rule: 'half-a-pair', problem: 'It is not set, and its companion is.', remedy: 'Set both, or neither.' })
  }
  const endpoint = text('AWS_ENDPOINT_URL_SECRETS_MANAGER')
  return {
    secretId: text('SECRETKEY_AWS_SESSION_SECRET') ?? text('SECRETKEY_AWS_NAME') ?? DEFAULT_AWS_NAME,
    region: text('SECRETKEY_AWS_REGION') ?? text('AWS_REGION') ?? text('AWS_DEFAULT_REGION') ?? DEFAULT_AWS_REGION,
    ...(accessKeyId === undefined || secretAccessKey === undefined ? {} : { credentials: { accessKeyId, secretAccessKey } }),
    ...(endpoint === undefined ? {} : { endpoint }),
  }
}
