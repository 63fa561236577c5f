import { invalidRequest, notFound } from '../aws-error.ts'
import { optionalText, requireText } from '../input.ts'
import { CURRENT } from '../staging-labels.ts'
import { findUsableSecret, findVersion } from '../state.ts'
import type { StoredSecret, StoredVersion } from '../state.ts'
import { toSeconds } from './operation.ts'
import type { Operation } from './operation.ts'

/**
 * Gives the value of a version, by default of the one labelled AWSCURRENT.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export const getSecretValue: Operation = {
  kind: 'read',
  run(input, { state }) {
    const secret = findUsableSecret(state, requireText(input, 'SecretId'))
    const version = choose(secret, { id: optionalText(input, 'VersionId'), stage: optionalText(input, 'VersionStage') })
    return {
      output: {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.id,
        SecretString: 'string' in version.value ? version.value.string : undefined,
        SecretBinary: 'binary' in version.value ? version.value.binary : undefined,
        VersionStages: version.stages,
        CreatedDate: toSeconds(version.createdAt),
      },
    }
  },
}

function choose(secret: StoredSecret, { id, stage }: { readonly id: string | undefined, readonly stage: string | undefined }): StoredVersion {
  if (id === undefined) return findByStage(secret, stage ?? CURRENT)
  const version = findVersion(secret, id)
  if (stage === undefined || version.stages.includes(stage)) return version
  throw invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.')
}

function findByStage(secret: StoredSecret, stage: string): StoredVersion {
  const version = secret.versions.find(({ stages }) => stages.includes(stage))
  if (version === undefined) throw notFound(`Secrets Manager can't find the specified secret value for staging label: ${stage}`)
  return version
}
