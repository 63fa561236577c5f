import type { OperationName } from './operations/operations.ts'

/** One request that reached the service. */
export interface SecretsManagerCall {
  readonly operation: OperationName
  /** Name or ARN, as the caller wrote it. */
  readonly secretId: string | undefined
  /** Who signed it, and for which region. */
  readonly accessKeyId: string
  readonly region: string
  /** Epoch milliseconds. */
  readonly at: number
  /** `ok`, the error's type, or what broke. Undefined while it runs. */
  outcome?: string
}

/** Reads who calls from a Signature Version 4 header; undefined when it is none. */
export function readCredential(authorization: string | undefined): { readonly accessKeyId: string, readonly region: string } | undefined {
  const match = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/secretsmanager\/aws4_request,/.exec(authorization ?? '')
  const [, accessKeyId, region] = match ?? []
  return accessKeyId === undefined || region === undefined ? undefined : { accessKeyId, region }
}
