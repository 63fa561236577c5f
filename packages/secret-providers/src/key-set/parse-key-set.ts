import { createSecretVersion, type LegacySecret, type SecretVersion } from '@keyturn/token-crypto'
import { createFieldReader, type FieldReader, type Fields, isObject } from './field-reader.ts'
import { KEY_SET_FORMAT, KEY_SET_VERSION, type KeySet } from './key-set.ts'

/** A key set, or everything that keeps the text from being one. Problems name places, never values. */
export type ParsedKeySet =
  | { readonly keySet: KeySet; readonly problems?: undefined }
  | { readonly keySet?: undefined; readonly problems: readonly string[] }

const SET_FIELDS = ['format', 'version', 'createdAt', 'keys', 'encryptionKeys', 'legacySecrets', 'legacyFilesUntil']
const VERSION_FIELDS = ['id', 'state', 'createdAt', 'retireAt', 'secret']
const LEGACY_FIELDS = ['acceptUntil', 'secret']
const STATES = ['pending', 'primary', 'retiring'] as const

/** Reads a JSON key set. Strict: what it does not know it refuses, since the next write would drop it. */
export function parseKeySet(text: string): ParsedKeySet {
  const document = parseObject(text)
  if (document === undefined) return { problems: ['it is not a JSON object, perhaps cut off'] }
  if (document['format'] !== KEY_SET_FORMAT) return { problems: [`its format is not '${KEY_SET_FORMAT}'`] }
  if (document['version'] !== KEY_SET_VERSION) {
    return { problems: [`its version is not ${KEY_SET_VERSION}, the one that this release knows`] }
  }
  const reader = createFieldReader()
  const keySet = readKeySet(document, reader)
  return reader.problems.length > 0 ? { problems: reader.problems } : { keySet }
}

function readKeySet(document: Fields, reader: FieldReader): KeySet {
  reader.refuseUnknown(document, SET_FIELDS, 'it')
  const { createdAt, keys, encryptionKeys, legacySecrets, legacyFilesUntil } = document
  return Object.freeze({
    createdAt: reader.date(createdAt, 'createdAt'),
    versions: readVersions(keys, 'keys', reader),
    ...(encryptionKeys === undefined ? {} : { encryptionVersions: readVersions(encryptionKeys, 'encryptionKeys', reader) }),
    ...(legacySecrets === undefined ? {} : { legacySecrets: readLegacySecrets(legacySecrets, reader) }),
    ...(legacyFilesUntil === undefined ? {} : { legacyFilesUntil: reader.date(legacyFilesUntil, 'legacyFilesUntil') }),
  })
}

function readVersions(value: unknown, place: string, reader: FieldReader): readonly SecretVersion[] {
  const versions = reader
    .list(value, place)
    .map((item, index) => readVersion(item, `${place}[${index}]`, reader))
    .filter((version) => version !== undefined)
  if (reader.problems.length > 0) return versions
  if (versions.filter(({ state }) => state === 'primary').length !== 1) {
    reader.problems.push(`${place} does not have exactly one primary`)
  }
  if (new Set(versions.map(({ id }) => id)).size < versions.length) reader.problems.push(`${place} has one id twice`)
  return Object.freeze(versions)
}

function readVersion(item: unknown, place: string, reader: FieldReader): SecretVersion | undefined {
  const fields = reader.object(item, VERSION_FIELDS, place)
  if (fields === undefined) return undefined
  const state = STATES.find((known) => known === fields['state'])
  if (state === undefined) reader.problems.push(`${place}.state is not one of ${STATES.join(', ')}`)
  if (fields['retireAt'] !== undefined && state !== 'retiring') {
    reader.problems.push(`${place}.retireAt is only for the state retiring`)
  }
  const secret = reader.secret(fields['secret'], `${place}.secret`)
  const createdAt = reader.date(fields['createdAt'], `${place}.createdAt`)
  const retireAt = fields['retireAt'] === undefined ? undefined : reader.date(fields['retireAt'], `${place}.retireAt`)
  if (secret === undefined || reader.problems.length > 0) return undefined
  const dated = retireAt === undefined ? {} : { retireAt }
  const version = createSecretVersion({ secret, state: state ?? 'pending', createdAt, ...dated })
  // A changed byte of the secret shows here, before anything is signed with it.
  if (version.id !== fields['id']) reader.problems.push(`${place}.id does not belong to its secret`)
  return version
}

function readLegacySecrets(value: unknown, reader: FieldReader): readonly LegacySecret[] {
  return Object.freeze(
    reader
      .list(value, 'legacySecrets')
      .map((item, index) => readLegacySecret(item, `legacySecrets[${index}]`, reader))
      .filter((legacy) => legacy !== undefined),
  )
}

function readLegacySecret(item: unknown, place: string, reader: FieldReader): LegacySecret | undefined {
  const fields = reader.object(item, LEGACY_FIELDS, place)
  if (fields === undefined) return undefined
  const secret = reader.secret(fields['secret'], `${place}.secret`)
  const acceptUntil = reader.date(fields['acceptUntil'], `${place}.acceptUntil`)
  return secret === undefined ? undefined : Object.freeze({ secret, acceptUntil })
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    // The error quotes the text, which holds secrets.
    return undefined
  }
}
