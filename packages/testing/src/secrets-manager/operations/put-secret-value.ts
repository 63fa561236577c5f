import { AwsError, invalidParameter } from '../aws-error.ts'
import { optionalTexts, requireText, requireToken, requireValue } from '../input.ts'
import { CURRENT, moveLabel } from '../staging-labels.ts'
import { addVersion, findUsableSecret, findVersion, sameValue, withSecret } from '../state.ts'
import type { Operation } from './operation.ts'

const MAX_LABELS = 20

/**
 * Adds a version under the given labels, by default AWSCURRENT, which the first version gets in any case. The token is
 * the version's identifier: the same token with the same value changes nothing, with another value it fails.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export const putSecretValue: Operation = {
  kind: 'write',
  run(input, { state, now }) {
    const secret = findUsableSecret(state, requireText(input, 'SecretId'))
    const id = requireToken(input)
    const value = requireValue(input)
    const labels = optionalTexts(input, 'VersionStages') ?? [CURRENT]
    if (labels.length === 0 || labels.length > MAX_LABELS) throw invalidParameter(`VersionStages must have 1 to ${MAX_LABELS} entries.`)

    const existing = secret.versions.find(version => version.id === id)
    if (existing !== undefined && !sameValue(existing.value, value)) {
      throw new AwsError('ResourceExistsException', `You can't modify an existing version: ${id} has another value.`)
    }
    if (existing !== undefined) return { output: { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: existing.stages } }

    const wanted = new Set(secret.versions.length === 0 ? [...labels, CURRENT] : labels)
    let next = addVersion(secret, { id, value, stages: [], createdAt: now })
    for (const label of wanted) next = moveLabel(next, label, id)
    return {
      output: { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: findVersion(next, id).stages },
      state: withSecret(state, next),
    }
  },
}
