import { AwsError } from './aws-error.ts'
import { optionalNumber, optionalText } from './input.ts'
import type { Input } from './input.ts'

/** Takes one page out of a list, as `MaxResults` and `NextToken` of the request say. */
export function takePage<T>(input: Input, items: readonly T[]): { readonly page: readonly T[], readonly NextToken?: string } {
  const size = optionalNumber(input, 'MaxResults', { least: 1, most: 100 }) ?? 100
  const start = startOf(optionalText(input, 'NextToken'))
  const end = start + size
  const page = items.slice(start, end)
  return end < items.length ? { page, NextToken: Buffer.from(`from:${end}`).toString('base64') } : { page }
}

function startOf(token: string | undefined): number {
  if (token === undefined) return 0
  const start = /^from:(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1]
  if (start === undefined) throw new AwsError('InvalidNextTokenException', 'Invalid next token.')
  return Number(start)
}
