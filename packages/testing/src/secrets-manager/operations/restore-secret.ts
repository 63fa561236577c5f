import { requireText } from '../input.ts'
import { findSecret, withSecret } from '../state.ts'
import type { Operation } from './operation.ts'

/**
 * Cancels a scheduled deletion.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html
 */
export const restoreSecret: Operation = {
  kind: 'write',
  run(input, { state }) {
    const { deletion: _, ...secret } = findSecret(state, requireText(input, 'SecretId'))
    return { output: { ARN: secret.arn, Name: secret.name }, state: withSecret(state, secret) }
  },
}
