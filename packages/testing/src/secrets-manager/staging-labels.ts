import type { StoredSecret } from './state.ts'

export const CURRENT = 'AWSCURRENT'
const PREVIOUS = 'AWSPREVIOUS'

/** Which version has the label. */
export function holderOf(secret: StoredSecret, label: string): string | undefined {
  return secret.versions.find(({ stages }) => stages.includes(label))?.id
}

/**
 * Gives a label to one version and takes it from any other. Where AWSCURRENT leaves a version, AWSPREVIOUS goes to it.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 */
export function moveLabel(secret: StoredSecret, label: string, toVersionId: string): StoredSecret {
  const from = holderOf(secret, label)
  if (from === toVersionId) return secret
  const moved = place(secret, label, toVersionId)
  return label === CURRENT && from !== undefined ? place(moved, PREVIOUS, from) : moved
}

/** Takes the label from whatever version has it. */
export function removeLabel(secret: StoredSecret, label: string): StoredSecret {
  return place(secret, label, undefined)
}

function place(secret: StoredSecret, label: string, versionId: string | undefined): StoredSecret {
  const versions = secret.versions.map(version => {
    const others = version.stages.filter(stage => stage !== label)
    return { ...version, stages: version.id === versionId ? [...others, label] : others }
  })
  return { ...secret, versions }
}
