import { AwsError } from '../aws-error.ts'
import { optionalText, optionalValue, requireText, requireToken } from '../input.ts'
import { CURRENT, moveLabel } from '../staging-labels.ts'
import { addVersion, findUsableSecret, withSecret } from '../state.ts'
import type { Operation } from './operation.ts'

/**
 * Changes the description or the key of a secret, or gives it a new current value. A token that is taken fails.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
 */
export const updateSecret: Operation = {
  kind: 'write',
  run(input, { state, now }) {
    const secret = findUsableSecret(state, requireText(input, 'SecretId'))
    const [description, kmsKeyId] = [optionalText(input, 'Description'), optionalText(input, 'KmsKeyId')]
    const described = {
      ...secret,
      changedAt: now,
      ...(description === undefined ? {} : { description }),
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    }
    const value = optionalValue(input)
    if (value === undefined) return { output: { ARN: secret.arn, Name: secret.name }, state: withSecret(state, described) }

    const id = requireToken(input)
    if (secret.versions.some(version => version.id === id)) {
      throw new AwsError('ResourceExistsException', `You can't modify an existing version: ${id}.`)
    }
    const next = moveLabel(addVersion(described, { id, value, stages: [], createdAt: now }), CURRENT, id)
    return { output: { ARN: secret.arn, Name: secret.name, VersionId: id }, state: withSecret(state, next) }
  },
}
