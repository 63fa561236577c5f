import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { checkDuration, checkOptions, checkText } from '../option-rules.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface AwsProviderOptions {
  /** Name or ARN of the secret. Where there is none yet, it is created under the name. */
  readonly secretId: string
  /** For a value that is a JSON object of several things: the field that holds the secret or the key set. Default: the whole value. */
  readonly field?: string
  /** Default: what the SDK finds, `AWS_REGION` first. */
  readonly region?: string
  /** Default: the SDK's own search: environment, profile, container, instance. */
  readonly credentials?: AwsCredentials
  /** Another address of the service, such as a VPC endpoint. Default: what the SDK finds. */
  readonly endpoint?: string
  /** Key that encrypts a secret that is created here. Default: AWS's own, `aws/secretsmanager`. */
  readonly kmsKeyId?: string
  /** Tags of a secret that is created here. */
  readonly tags?: Readonly<Record<string, string>>
  /** Time limit of one request in milliseconds. Default 3000. */
  readonly timeoutMs?: number
  /** Tries of one request, the first among them; the SDK waits longer each time. Default 3. */
  readonly maxAttempts?: number
  /** How long AWSPREVIOUS of a secret that is no key set is accepted, in milliseconds. Default 30 days. */
  readonly previousMs?: number
  /** A client that you own and close, in place of region, credentials, endpoint and limits. */
  readonly client?: Pick<SecretsManagerClient, 'send'>
}

export interface ResolvedAwsProviderOptions {
  readonly secretId: string
  /** The name in an ARN, without the characters that AWS adds. */
  readonly secretName: string
  readonly field: string | undefined
  readonly region: string | undefined
  readonly credentials: AwsCredentials | undefined
  readonly endpoint: string | undefined
  readonly kmsKeyId: string | undefined
  readonly tags: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly maxAttempts: number
  readonly previousMs: number
  readonly client: Pick<SecretsManagerClient, 'send'> | undefined
}

const DAY_MS = 86_400_000

export function resolveAwsOptions(options: AwsProviderOptions): ResolvedAwsProviderOptions {
  const { secretId, field, region, endpoint, credentials, client } = options
  const timeoutMs = options.timeoutMs ?? 3000
  const maxAttempts = options.maxAttempts ?? 3
  const previousMs = options.previousMs ?? 30 * DAY_MS
  checkOptions('createAwsProvider', [
    checkText('secretId', secretId),
    field === undefined ? undefined : checkText('field', field),
    region === undefined ? undefined : checkText('region', region),
    endpoint === undefined ? undefined : checkText('endpoint', endpoint),
    credentials === undefined ? undefined : checkText('credentials.accessKeyId', credentials.accessKeyId),
    credentials === undefined ? undefined : checkText('credentials.secretAccessKey', credentials.secretAccessKey),
    checkDuration('timeoutMs', timeoutMs, 1),
    Number.isInteger(maxAttempts) && maxAttempts >= 1 ? undefined : 'maxAttempts is a whole number, 1 or more',
    checkDuration('previousMs', previousMs, 0),
    client === undefined || typeof client.send === 'function' ? undefined : 'client is a SecretsManagerClient',
  ])
  return Object.freeze({
    secretId,
    secretName: readName(secretId),
    field,
    region,
    credentials,
    endpoint,
    kmsKeyId: options.kmsKeyId,
    tags: Object.freeze({ ...options.tags }),
    timeoutMs,
    maxAttempts,
    previousMs,
    client,
  })
}

function readName(secretId: string): string {
  const inArn = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(secretId)?.[1]
  return inArn === undefined ? secretId : inArn.replace(/-[A-Za-z0-9]{6}$/, '')
}
