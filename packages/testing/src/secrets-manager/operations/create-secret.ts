import { randomInt } from 'node:crypto'
import { AwsError, invalidParameter, invalidRequest } from '../aws-error.ts'
import { optionalText, optionalValue, requireText, requireToken } from '../input.ts'
import type { Input } from '../input.ts'
import { CURRENT } from '../staging-labels.ts'
import { sameValue, withSecret } from '../state.ts'
import type { StoredSecret, Tag } from '../state.ts'
import type { Operation, OperationResult } from './operation.ts'

const ACCOUNT = '123456789012'

/**
 * Makes a secret, with a first version if it is given a value. Repeating a call with the same token and value succeeds.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
 */
export const createSecret: Operation = {
  kind: 'write',
  run(input, { state, now, region }) {
    const name = requireName(input)
    const value = optionalValue(input)
    const token = value === undefined ? undefined : requireToken(input)
    const existing = state.get(name)
    if (existing !== undefined) return repeat(existing, token, value)

    const secret: StoredSecret = {
      arn: `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:${name}-${suffix()}`,
      name,
      ...optional('description', optionalText(input, 'Description')),
      ...optional('kmsKeyId', optionalText(input, 'KmsKeyId')),
      tags: readTags(input),
      createdAt: now,
      changedAt: now,
      versions: value === undefined || token === undefined ? [] : [{ id: token, value, stages: [CURRENT], createdAt: now }],
    }
    return { output: { ARN: secret.arn, Name: name, VersionId: token }, state: withSecret(state, secret) }
  },
}

function repeat(existing: StoredSecret, token: string | undefined, value: ReturnType<typeof optionalValue>): OperationResult {
  if (existing.deletion !== undefined) throw invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.")
  const version = existing.versions.find(({ id }) => id === token)
  if (version !== undefined && value !== undefined && sameValue(version.value, value)) {
    return { output: { ARN: existing.arn, Name: existing.name, VersionId: version.id } }
  }
  throw new AwsError('ResourceExistsException', `The operation failed because the secret ${existing.name} already exists.`)
}

function requireName(input: Input): string {
  const name = requireText(input, 'Name')
  if (/^[\w/+=.@-]{1,512}$/.test(name)) return name
  throw invalidParameter('Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@')
}

function readTags(input: Input): readonly Tag[] {
  const tags = input['Tags'] ?? []
  if (!Array.isArray(tags)) throw invalidParameter('The parameter Tags must be a list.')
  return tags.map(tag => ({ Key: requireText(tag as Input, 'Key'), Value: optionalText(tag as Input, 'Value') ?? '' }))
}

/** Six characters that nobody can foretell, as at the end of every ARN. */
function suffix(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('')
}

function optional<Name extends string>(name: Name, value: string | undefined): { readonly [key in Name]?: string } {
  return value === undefined ? {} : { [name]: value } as { readonly [key in Name]: string }
}
