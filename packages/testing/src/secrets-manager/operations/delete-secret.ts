import { invalidParameter } from '../aws-error.ts'
import { optionalNumber, requireText } from '../input.ts'
import { findUsableSecret, withoutSecret, withSecret } from '../state.ts'
import type { State } from '../state.ts'
import { toSeconds } from './operation.ts'
import type { Operation, OperationResult } from './operation.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Schedules a secret for deletion in 7 to 30 days, by default 30, or deletes it at once.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
 */
export const deleteSecret: Operation = {
  kind: 'write',
  run(input, { state, now }) {
    const secretId = requireText(input, 'SecretId')
    const days = optionalNumber(input, 'RecoveryWindowInDays', { least: 7, most: 30 })
    if (input['ForceDeleteWithoutRecovery'] === true) {
      if (days !== undefined) throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
      return deleteAtOnce(state, secretId, now)
    }
    const secret = findUsableSecret(state, secretId)
    const finalAt = now + (days ?? 30) * DAY_MS
    return {
      output: { ARN: secret.arn, Name: secret.name, DeletionDate: toSeconds(finalAt) },
      state: withSecret(state, { ...secret, deletion: { requestedAt: now, finalAt } }),
    }
  },
}

/** No error for one that is not there. */
function deleteAtOnce(state: State, secretId: string, now: number): OperationResult {
  const secret = [...state.values()].find(({ name, arn }) => name === secretId || arn === secretId)
  if (secret === undefined) return { output: { Name: secretId, DeletionDate: toSeconds(now) } }
  return {
    output: { ARN: secret.arn, Name: secret.name, DeletionDate: toSeconds(now) },
    state: withoutSecret(state, secret.name),
  }
}
