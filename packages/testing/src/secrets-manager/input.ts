import { invalidParameter } from './aws-error.ts'
import type { SecretValue } from './state.ts'

/** The body of a request. */
export type Input = Readonly<Record<string, unknown>>

const MAX_VALUE_BYTES = 65_536

/** @throws {AwsError} InvalidParameterException when it is missing or no text. */
export function requireText(input: Input, name: string): string {
  const text = optionalText(input, name)
  if (text === undefined || text === '') throw invalidParameter(`The parameter ${name} must not be empty.`)
  return text
}

export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalidParameter(`The parameter ${name} must be a string.`)
  return value
}

export function optionalNumber(input: Input, name: string, range: { readonly least: number, readonly most: number }): number | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= range.least && value <= range.most) return value
  throw invalidParameter(`The ${name} value must be between ${range.least} and ${range.most} (inclusive).`)
}

export function optionalTexts(input: Input, name: string): readonly string[] | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value) && value.every(entry => typeof entry === 'string')) return value
  throw invalidParameter(`The parameter ${name} must be a list of strings.`)
}

/** The identifier of a version to be made. The SDK fills it in when its caller does not. */
export function requireToken(input: Input): string {
  const token = requireText(input, 'ClientRequestToken')
  if (token.length >= 32 && token.length <= 64) return token
  throw invalidParameter('ClientRequestToken must be 32-64 characters long.')
}

/** @throws {AwsError} InvalidParameterException when both kinds of value are there, or one is too large. */
export function optionalValue(input: Input): SecretValue | undefined {
  const [text, binary] = [optionalText(input, 'SecretString'), optionalText(input, 'SecretBinary')]
  if (text !== undefined && binary !== undefined) throw invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
  if (binary !== undefined) return { binary: requireSize(binary, Buffer.byteLength(binary, 'base64')) }
  return text === undefined ? undefined : { string: requireSize(text, Buffer.byteLength(text)) }
}

export function requireValue(input: Input): SecretValue {
  const value = optionalValue(input)
  if (value === undefined) throw invalidParameter('You must provide either SecretString or SecretBinary.')
  return value
}

function requireSize(value: string, bytes: number): string {
  if (bytes >= 1 && bytes <= MAX_VALUE_BYTES) return value
  throw invalidParameter(`The secret value must have a length of 1 to ${MAX_VALUE_BYTES} bytes.`)
}
