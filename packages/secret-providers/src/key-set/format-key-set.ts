import { isUtf8 } from 'node:buffer'
import type { LegacySecret, Secret, SecretVersion } from '@keyturn/token-crypto'
import { KEY_SET_FORMAT, KEY_SET_VERSION, type KeySet } from './key-set.ts'
import { formatDate } from './key-set-date.ts'

/**
 * Writes a key set as JSON, with a line feed at its end.
 *
 * @throws {TypeError} A secret is no text: it could not be read back as the same bytes.
 */
export function formatKeySet(set: KeySet): string {
  const { legacySecrets = [] } = set
  const document = {
    format: KEY_SET_FORMAT,
    version: KEY_SET_VERSION,
    createdAt: formatDate(set.createdAt),
    keys: set.versions.map(formatVersion),
    encryptionKeys: set.encryptionVersions?.map(formatVersion),
    legacySecrets: legacySecrets.length === 0 ? undefined : legacySecrets.map(formatLegacySecret),
    legacyFilesUntil: set.legacyFilesUntil === undefined ? undefined : formatDate(set.legacyFilesUntil),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function formatVersion({ id, state, secret, createdAt, retireAt }: SecretVersion): Record<string, unknown> {
  return {
    id,
    state,
    createdAt: formatDate(createdAt),
    retireAt: retireAt === undefined ? undefined : formatDate(retireAt),
    secret: toText(secret),
  }
}

function formatLegacySecret({ secret, acceptUntil }: LegacySecret): Record<string, unknown> {
  return { acceptUntil: formatDate(acceptUntil), secret: toText(secret) }
}

function toText(secret: Secret): string {
  const bytes = secret.expose()
  try {
    if (!isUtf8(bytes)) throw new TypeError('A key set holds secrets that are text; this one is not UTF-8.')
    return bytes.toString('utf8')
  } finally {
    bytes.fill(0)
  }
}
