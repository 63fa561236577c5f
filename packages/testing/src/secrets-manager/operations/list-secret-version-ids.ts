import { requireText } from '../input.ts'
import { takePage } from '../pages.ts'
import { findSecret } from '../state.ts'
import { toSeconds } from './operation.ts'
import type { Operation } from './operation.ts'

/**
 * Lists the versions of a secret, those without labels on request only.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html
 */
export const listSecretVersionIds: Operation = {
  kind: 'read',
  run(input, { state }) {
    const secret = findSecret(state, requireText(input, 'SecretId'))
    const all = input['IncludeDeprecated'] === true ? secret.versions : secret.versions.filter(({ stages }) => stages.length > 0)
    const { page, NextToken } = takePage(input, all)
    return {
      output: {
        ARN: secret.arn,
        Name: secret.name,
        Versions: page.map(({ id, stages, createdAt }) => ({
          VersionId: id,
          VersionStages: stages.length === 0 ? undefined : stages,
          CreatedDate: toSeconds(createdAt),
        })),
        NextToken,
      },
    }
  },
}
