import type * as AwsSdk from '@aws-sdk/client-secrets-manager'
import { AwsSdkMissingError } from '../errors.ts'
import type { ResolvedAwsProviderOptions } from './aws-options.ts'

export type Sdk = typeof AwsSdk

/** Loads the SDK, which only those install who use it. */
export async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-secrets-manager')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    throw missing ? new AwsSdkMissingError() : error
  }
}

/** A client with time limits: without them a dead connection would hang a start for minutes. */
export function createSdkClient(sdk: Sdk, options: ResolvedAwsProviderOptions): AwsSdk.SecretsManagerClient {
  const { region, credentials, endpoint, timeoutMs, maxAttempts } = options
  return new sdk.SecretsManagerClient({
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  })
}
