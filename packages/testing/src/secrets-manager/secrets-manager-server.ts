import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SecretsManagerCall } from './calls.ts'
import { createFaults } from './faults.ts'
import type { Fault } from './faults.ts'
import type { ReadLag } from './history.ts'
import type { OperationName } from './operations/operations.ts'
import { createRequestHandler } from './request-handler.ts'
import { createSecretsManagerService } from './secrets-manager-service.ts'

export interface SecretsManagerOptions {
  /** Default: `us-east-1`. */
  readonly region?: string
  /** Dates, recovery windows and read lag go by it. Default: the system's clock. */
  readonly clock?: { now(): number }
}

/**
 * AWS Secrets Manager as its API reference describes it, on 127.0.0.1, for any number of client processes. Its state is
 * in memory and ends with it.
 */
export interface SecretsManagerServer {
  /** For `endpoint` of the client, or `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly region: string
  /** Points the SDK of a child process to this server. */
  readonly env: Readonly<Record<string, string>>
  /** Points a client of this process to this server: `new SecretsManagerClient(server.clientConfig)`. */
  readonly clientConfig: SecretsManagerClientConfig
  /** All requests since the start or the last `forgetCalls`, oldest first. */
  readonly calls: readonly SecretsManagerCall[]
  /** How many of them there were, of all operations or of one. */
  count(operation?: OperationName): number
  forgetCalls(): void
  /** Makes calls go wrong. Returns a function that ends it. */
  fail(fault: Fault): () => void
  /** Ends all faults. */
  heal(): void
  /** Lets an access key do these operations and no other. Keys that were never named may do everything. */
  allowOnly(accessKeyId: string, operations: readonly OperationName[]): void
  /** How late reads see the writes from now on; earlier ones keep their lag. */
  setReadLag(lag: ReadLag): void
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface SecretsManagerClientConfig {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string, readonly secretAccessKey: string }
}

const CREDENTIALS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }

export async function startSecretsManager({ region = 'us-east-1', clock = { now: Date.now } }: SecretsManagerOptions = {}): Promise<SecretsManagerServer> {
  const service = createSecretsManagerService(clock, region)
  const faults = createFaults()
  const calls: SecretsManagerCall[] = []
  const server = createServer(createRequestHandler({ service, faults, calls, clock }))
  await once(server.listen({ port: 0, host: '127.0.0.1' }), 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`

  const stop = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    url,
    host: '127.0.0.1',
    port,
    region,
    env: {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
    clientConfig: { endpoint: url, region, credentials: CREDENTIALS },
    calls,
    count: operation => operation === undefined ? calls.length : calls.filter(call => call.operation === operation).length,
    forgetCalls() { calls.length = 0 },
    fail: fault => faults.add(fault),
    heal() { faults.clear() },
    allowOnly(accessKeyId, operations) { service.policies.set(accessKeyId, { allow: operations }) },
    setReadLag(lag) { service.history.setLag(lag) },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
