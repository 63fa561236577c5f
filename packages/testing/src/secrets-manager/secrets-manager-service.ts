import { AwsError } from './aws-error.ts'
import type { SecretsManagerCall } from './calls.ts'
import { createHistory } from './history.ts'
import type { History } from './history.ts'
import type { Input } from './input.ts'
import { operationNamed } from './operations/operations.ts'
import type { OperationName } from './operations/operations.ts'

/** What an access key may do. */
export interface Policy {
  readonly allow: readonly OperationName[]
}

/** The service without its HTTP. */
export interface SecretsManagerService {
  readonly history: History
  /** Access keys without a policy may do everything. */
  readonly policies: Map<string, Policy>
  /**
   * @returns the body of the answer.
   * @throws {AwsError}
   */
  run(call: SecretsManagerCall, input: Input): Readonly<Record<string, unknown>>
}

export function createSecretsManagerService(clock: { now(): number }, region: string): SecretsManagerService {
  const history = createHistory()
  const policies = new Map<string, Policy>()
  return {
    history,
    policies,
    run(call, input) {
      const now = clock.now()
      authorize(call, policies)
      const operation = operationNamed(call.operation)
      const state = operation.kind === 'read' ? history.visible(now) : history.latest(now)
      const result = operation.run(input, { state, now, region })
      if (result.state !== undefined) history.add(result.state, now)
      return result.output
    },
  }
}

function authorize({ operation, accessKeyId, secretId }: SecretsManagerCall, policies: ReadonlyMap<string, Policy>): void {
  const policy = policies.get(accessKeyId)
  if (policy === undefined || policy.allow.includes(operation)) return
  throw new AwsError('AccessDeniedException', `User: arn:aws:iam::123456789012:user/${accessKeyId} is not authorized to perform: ` +
    `secretsmanager:${operation} on resource: ${secretId ?? '*'} because no identity-based policy allows the secretsmanager:${operation} action`)
}
