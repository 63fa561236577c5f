import { invalidParameter } from '../aws-error.ts'
import { optionalText, optionalTexts } from '../input.ts'
import type { Input } from '../input.ts'
import { takePage } from '../pages.ts'
import type { StoredSecret } from '../state.ts'
import { detailsOf, stagesOf } from './describe-secret.ts'
import type { Operation } from './operation.ts'

/**
 * Lists secrets by creation, those that are scheduled for deletion on request only.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export const listSecrets: Operation = {
  kind: 'read',
  run(input, { state, region }) {
    const filters = readFilters(input)
    const found = [...state.values()].filter(secret =>
      (secret.deletion === undefined || input['IncludePlannedDeletion'] === true) && filters.every(matches => matches(secret)))
    if (optionalText(input, 'SortOrder') === 'desc') found.reverse()
    const { page, NextToken } = takePage(input, found)
    return { output: { SecretList: page.map(secret => ({ ...detailsOf(secret, region), SecretVersionsToStages: stagesOf(secret) })), NextToken } }
  },
}

type Matcher = (secret: StoredSecret) => boolean

/** Each filter's words are alternatives; one that begins with `!` excludes. */
function readFilters(input: Input): readonly Matcher[] {
  const filters = input['Filters'] ?? []
  if (!Array.isArray(filters)) throw invalidParameter('The parameter Filters must be a list.')
  return filters.map((filter: Input) => {
    const texts = textsOf(optionalText(filter, 'Key'))
    const values = optionalTexts(filter, 'Values') ?? []
    const starts = (secret: StoredSecret, value: string): boolean => texts(secret).some(text => text.startsWith(value))
    return secret => values.some(value => value.startsWith('!') ? !starts(secret, value.slice(1)) : starts(secret, value))
  })
}

function textsOf(key: string | undefined): (secret: StoredSecret) => readonly string[] {
  switch (key) {
    case 'name': return ({ name }) => [name]
    case 'description': return ({ description = '' }) => [description]
    case 'tag-key': return ({ tags }) => tags.map(tag => tag.Key)
    case 'tag-value': return ({ tags }) => tags.map(tag => tag.Value)
    case undefined:
    default: throw invalidParameter(`This server has no filter ${key}.`)
  }
}
