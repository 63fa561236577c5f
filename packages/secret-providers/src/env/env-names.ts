/** Names that hold the secret, first wins. */
export const SECRET_NAMES: readonly string[] = ['SESSION_SECRET', 'EXPRESS_SESSION_SECRET', 'API_SESSION_SECRET']

/** The root of the purpose `session`, 64 hex digits. */
export const ENCRYPTION_NAME = 'SESSION_ENCRYPTION_KEY'

/** Raw secrets of an older system. */
export const LEGACY_NAME = 'SESSION_SECRET_LEGACY'

export const LEGACY_PATTERN: RegExp = /^SESSION_SECRET_LEGACY(_\d+)?$/

/** Names that say which source to use, and where it is. */
export const SOURCE_NAMES: readonly string[] = [
  'SECRETKEY_STORAGE_TYPE',
  'SECRETKEY_PATH',
  'SECRETKEY_AWS_REGION',
  'SECRETKEY_AWS_ACCESS_KEY',
  'SECRETKEY_AWS_SECRET_KEY',
  'SECRETKEY_AWS_NAME',
  'SECRETKEY_AWS_SESSION_SECRET',
]

export function previousPattern(base: string): RegExp {
  return new RegExp(`^${base}_PREVIOUS(_\\d+)?$`)
}

/** Everything that goes with a base name. */
export function familyPattern(base: string): RegExp {
  return new RegExp(`^${base}_(NEXT|CREATED_AT|PREVIOUS(_\\d+)?(_UNTIL)?)$`)
}
