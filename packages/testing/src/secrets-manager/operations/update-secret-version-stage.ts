import { invalidParameter } from '../aws-error.ts'
import { optionalText, requireText } from '../input.ts'
import { CURRENT, holderOf, moveLabel, removeLabel } from '../staging-labels.ts'
import { findUsableSecret, findVersion, withSecret } from '../state.ts'
import type { StoredSecret } from '../state.ts'
import type { Operation } from './operation.ts'

/**
 * Moves or removes a label. A label that another version has moves only when that version is named: of two callers who
 * saw the same state, one fails.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
export const updateSecretVersionStage: Operation = {
  kind: 'write',
  run(input, { state, now }) {
    const secret = findUsableSecret(state, requireText(input, 'SecretId'))
    const next = change(secret, {
      label: requireText(input, 'VersionStage'),
      from: optionalText(input, 'RemoveFromVersionId'),
      to: optionalText(input, 'MoveToVersionId'),
    })
    return { output: { ARN: secret.arn, Name: secret.name }, state: withSecret(state, { ...next, changedAt: now }) }
  },
}

interface LabelChange {
  readonly label: string
  readonly from: string | undefined
  readonly to: string | undefined
}

function change(secret: StoredSecret, { label, from, to }: LabelChange): StoredSecret {
  if (from === undefined && to === undefined) throw invalidParameter('You must provide RemoveFromVersionId or MoveToVersionId.')
  if (to !== undefined) findVersion(secret, to)
  const holder = holderOf(secret, label)
  if (from !== undefined && from !== holder) {
    throw invalidParameter(`The parameter RemoveFromVersionId can't be ${from}. Staging label ${label} is ${holder === undefined ? 'attached to no version' : `currently attached to version ${holder}`}.`)
  }
  if (to === undefined) {
    if (label === CURRENT) throw invalidParameter(`You can only move staging label ${CURRENT} to a different secret version. It can't be completely removed.`)
    return removeLabel(secret, label)
  }
  if (from === undefined && holder !== undefined && holder !== to) {
    throw invalidParameter(`The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`)
  }
  return moveLabel(secret, label, to)
}
