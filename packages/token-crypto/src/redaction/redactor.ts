import { createKeyId, type KeyId } from '../keyring/key-id.ts'
import type { Keyring } from '../keyring/keyring.ts'
import type { LiveKeyring } from '../keyring/live-keyring.ts'
import { Secret } from '../secret/secret.ts'
import { createNeedleSearch } from './needle-search.ts'
import { createLineRedaction } from './redact-line.ts'
import { createValueRedaction } from './redact-value.ts'
import { secretNeedles } from './secret-needles.ts'

export interface RedactorOptions {
  /** Secrets to hide wherever they turn up. Under 16 characters a spelling is too common to look for. */
  readonly secrets?: readonly Secret[]
  /** Every secret that this keyring holds or will hold; a retired one stays hidden. */
  readonly keyring?: LiveKeyring
  /** Names of properties to hide whole, in any case, beside `cookie`, `set-cookie`, `authorization`, `proxy-authorization`. */
  readonly keys?: readonly string[]
  /** Stands in place of what was hidden: letters, digits, spaces and `[]()<>*_.:-`. Default `[redacted]`. */
  readonly censor?: string
}

/** Takes out of logs what an application logs by mistake. */
export interface Redactor {
  /** Hides one more secret from now on. */
  add(secret: Secret): void
  /** Text with every spelling of a secret replaced; the same string when there is none. */
  redactText(text: string): string
  /** A line of JSON: spellings, properties that are hidden whole, and bytes that JSON wrote as numbers. Stays JSON. */
  redactLine(line: string): string
  /**
   * A value for a logger that takes objects, or for a serializer of pino. Looks into arrays, objects, errors with their
   * causes, and bytes; not into maps and sets, which JSON does not print.
   *
   * @returns The same value when nothing is to be hidden, else a copy.
   */
  redact(value: unknown): unknown
}

const HIDDEN_KEYS = ['cookie', 'set-cookie', 'authorization', 'proxy-authorization']

/**
 * Makes a redactor. Secrets are held outside the JavaScript heap and found in one pass, however many there are.
 *
 * @throws {TypeError} A secret is no `Secret`, a key is empty, or `censor` would not be safe inside JSON.
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const { keys, censor } = resolveOptions(options)
  const search = createNeedleSearch()
  const known = new Set<KeyId>()
  const redactText = (text: string): string => search.replaceIn(text, censor)
  function add(secret: Secret): void {
    if (!(secret instanceof Secret)) throw new TypeError('A redactor hides secrets: wrap the text with Secret.fromText.')
    const id = createKeyId(secret)
    if (known.has(id)) return
    known.add(id)
    secretNeedles(secret).forEach(search.add)
  }
  options.secrets?.forEach(add)
  if (options.keyring !== undefined) {
    secretsOf(options.keyring.current).forEach(add)
    options.keyring.onChange((keyring) => secretsOf(keyring).forEach(add))
  }
  return Object.freeze({
    add,
    redactText,
    redactLine: createLineRedaction({ keys, censor, redactText }),
    redact: createValueRedaction({ keys, censor, redactText }),
  })
}

function secretsOf(keyring: Keyring): Secret[] {
  return [...keyring.versions, ...keyring.encryptionVersions, ...keyring.legacySecrets].map(({ secret }) => secret)
}

function resolveOptions(options: RedactorOptions): { keys: readonly string[]; censor: string } {
  const censor = options.censor ?? '[redacted]'
  const own = options.keys ?? []
  if (typeof censor !== 'string' || !/^[\w [\]()<>*.:-]+$/.test(censor)) throw new TypeError('censor holds letters, digits, spaces and []()<>*_.:- only.')
  if (!own.every((key) => typeof key === 'string' && key.length > 0)) {
    throw new TypeError('keys are names of properties, strings that are not empty.')
  }
  return { keys: [...HIDDEN_KEYS, ...own].map((key) => key.toLowerCase()), censor }
}
