import { requireText } from '../input.ts'
import { findSecret } from '../state.ts'
import type { StoredSecret } from '../state.ts'
import { toSeconds } from './operation.ts'
import type { Operation } from './operation.ts'

/**
 * Tells everything of a secret but its value, also when it is scheduled for deletion. Versions without labels are not named.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
 */
export const describeSecret: Operation = {
  kind: 'read',
  run(input, { state, region }) {
    const secret = findSecret(state, requireText(input, 'SecretId'))
    return { output: { ...detailsOf(secret, region), VersionIdsToStages: stagesOf(secret) } }
  },
}

export function detailsOf(secret: StoredSecret, region: string): Record<string, unknown> {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    Tags: secret.tags,
    CreatedDate: toSeconds(secret.createdAt),
    LastChangedDate: toSeconds(secret.changedAt),
    DeletedDate: secret.deletion === undefined ? undefined : toSeconds(secret.deletion.finalAt),
    PrimaryRegion: region,
  }
}

/** Undefined when no version has a label. */
export function stagesOf(secret: StoredSecret): Record<string, readonly string[]> | undefined {
  const labelled = secret.versions.filter(({ stages }) => stages.length > 0)
  return labelled.length === 0 ? undefined : Object.fromEntries(labelled.map(({ id, stages }) => [id, stages]))
}
