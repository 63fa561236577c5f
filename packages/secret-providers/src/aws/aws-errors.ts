import type { KeyturnError } from '@keyturn/token-crypto'
import {
  SecretDeletionScheduledError,
  SecretSourceDeniedError,
  SecretSourceFailedError,
  SecretSourceUnavailableError,
} from '../errors.ts'

/** The caller is not known, or may not do it. Trying again does not help. */
const DENIED = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'ExpiredToken',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'NotAuthorized',
  'OptInRequired',
  'UnrecognizedClientException',
])

const THROTTLED = new Set([
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
])

/** What makes these failures lasting, and what to do. */
const FAILED: Readonly<Record<string, string>> = {
  DecryptionFailure: 'The caller may not use the KMS key of the secret: allow kms:Decrypt on it, and see that the key is enabled.',
  EncryptionFailure: 'The caller may not use the KMS key of the secret: allow kms:GenerateDataKey on it, and see that the key is enabled.',
  // The SDK retries it as throttling; here it means a quota.
  LimitExceededException: 'A quota is used up, most likely 100 versions of the secret within a day: wait a day, and write less often.',
  RequestExpired: 'The clock of this machine is wrong: set it.',
  RequestTimeTooSkewed: 'The clock of this machine is wrong: set it.',
}

interface AwsFailure {
  readonly name: string
  readonly message: string
  readonly status: number | undefined
  readonly requestId: string | undefined
}

export interface AwsCallContext {
  /** Such as `GetSecretValue`. */
  readonly operation: string
  readonly secretId: string
  readonly source: string
}

export function isAwsError(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name
}

/**
 * What AWS or the SDK answered, as an error of this package. The SDK's own error is not the cause: it carries the whole
 * response, which may hold the secret.
 */
export function toAwsError(error: unknown, { operation, secretId, source }: AwsCallContext): KeyturnError {
  const failure = readFailure(error)
  const { name, status } = failure
  const said = describe(failure, operation)
  if (DENIED.has(name)) {
    const remedy = `${said}. See who calls with \`aws sts get-caller-identity\`, and allow secretsmanager:${operation} on this secret.`
    return new SecretSourceDeniedError(source, remedy)
  }
  if (isDeletion(failure)) {
    const remedy = `Restore it: aws secretsmanager restore-secret --secret-id ${secretId}`
    return new SecretDeletionScheduledError(source, remedy)
  }
  if (THROTTLED.has(name)) return new SecretSourceUnavailableError(source, `${said}, throttled`)
  if (Object.hasOwn(FAILED, name)) return new SecretSourceFailedError(source, `${said}. ${FAILED[name]}`)
  if (status !== undefined && status >= 400 && status < 500) {
    return new SecretSourceFailedError(source, `${said}. Look at the secret in the AWS console, and at the options given here.`)
  }
  // 5xx, the network, time limits, and whatever else nothing can be concluded from.
  return new SecretSourceUnavailableError(source, said)
}

function readFailure(error: unknown): AwsFailure {
  if (!(error instanceof Error)) return { name: typeof error, message: '', status: undefined, requestId: undefined }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const metadata = '$metadata' in error && typeof error.$metadata === 'object' ? error.$metadata : undefined
  const { httpStatusCode: status, requestId } = (metadata ?? {}) as { httpStatusCode?: unknown; requestId?: unknown }
  return {
    name: error.name === 'Error' && code !== undefined ? code : error.name,
    message: error.message,
    status: typeof status === 'number' ? status : undefined,
    requestId: typeof requestId === 'string' ? requestId : undefined,
  }
}

function isDeletion({ name, message }: AwsFailure): boolean {
  return name === 'InvalidRequestException' && /(scheduled|marked) for deletion|marked deleted/i.test(message)
}

function describe({ name, status, requestId }: AwsFailure, operation: string): string {
  const details = [status === undefined ? undefined : `status ${status}`, requestId === undefined ? undefined : `request ${requestId}`]
  const known = details.filter((detail) => detail !== undefined).join(', ')
  return `${operation} was answered with ${/^\w{1,60}$/.test(name) ? name : 'an unknown error'}${known === '' ? '' : ` (${known})`}`
}
