import {
  createFernet,
  createKeyId,
  deriveFernetKey,
  type Fernet,
  type FernetDecoding,
  type FernetDerivation,
  type FernetMessage,
  type KeyId,
  type Secret,
  systemClock,
} from '@keyturn/token-crypto'
import type { ColumnFormat, ColumnKind, ColumnValue, OpenedValue, PlainValue } from './column-format.ts'

export interface FernetFormatOptions {
  /** The first writes; all of them open. */
  readonly secrets: readonly [Secret, ...Secret[]]
  /**
   * How a Fernet key is made of each secret, such as `INSTAGRAM_OAUTH_DERIVATION`. Default: the secrets are Fernet
   * keys themselves.
   */
  readonly derivation?: FernetDerivation
  /** Default `'lenient'`: what Python opens is not left behind. What is written is always strict. */
  readonly decoding?: FernetDecoding
}

interface FernetKey {
  readonly id: KeyId
  readonly fernet: Fernet
}

// 0x80, and the zeros that every time until the year 4147 begins with
const LOOKS_LIKE_FERNET = /^gAAAAA/
const SHORTEST_TOKEN = 100

/**
 * Fernet tokens, as Python's `cryptography` writes them. The timestamp is kept.
 *
 * A token does not name its key: whole tokens that no key opens count as `unknown-key`, also when a byte was changed.
 *
 * @throws {TypeError} A secret is not of the form that is needed.
 * @see https://github.com/fernet/spec/blob/master/Spec.md
 */
export async function createFernetFormat(options: FernetFormatOptions): Promise<ColumnFormat> {
  const { derivation, decoding = 'lenient' } = options
  const keys = await Promise.all(
    options.secrets.map(async (secret): Promise<FernetKey> => {
      const key = derivation === undefined ? secret : await deriveFernetKey(secret, derivation)
      return { id: createKeyId(secret), fernet: createFernet(key, { decoding }) }
    }),
  )
  const [primary] = keys
  if (primary === undefined) throw new TypeError('createFernetFormat needs at least one secret.')
  // Neighbouring rows are mostly under the same key: the one that opened last is tried first.
  let likely = primary

  function openAll(values: readonly ColumnValue[]): OpenedValue[] {
    const tokens = values.map((value) => (typeof value === 'string' ? value : value.toString('latin1')))
    const opened = tokens.map((): OpenedValue | undefined => undefined)
    let left = [...tokens.keys()]
    for (const key of [likely, ...keys.filter((each) => each !== likely)]) {
      if (left.length === 0) break
      const messages = key.fernet.openAll(left.map((i) => tokens[i] as string))
      for (const [n, message] of messages.entries()) if (message !== undefined) opened[left[n] as number] = describe(key, message)
      const before = left.length
      left = left.filter((_, n) => messages[n] === undefined)
      if (left.length < before) likely = key
    }
    return opened.map((value, i) => value ?? { outcome: classify(tokens[i] as string) })
  }

  function describe({ id: keyId }: FernetKey, { plain, timeMs: madeAt }: FernetMessage): OpenedValue {
    return { outcome: 'opened', plain, current: keyId === primary?.id, keyId, madeAt }
  }

  function sealAll(values: readonly PlainValue[], kind: ColumnKind): ColumnValue[] {
    const now = systemClock.now()
    const tokens = (primary as FernetKey).fernet.sealAll(values.map(({ plain, madeAt = now }) => ({ plain, timeMs: madeAt })))
    return kind === 'text' ? tokens : tokens.map((token) => Buffer.from(token, 'latin1'))
  }

  return Object.freeze({
    name: 'fernet',
    keyId: primary.id,
    open: (value: ColumnValue) => openAll([value])[0] as OpenedValue,
    seal: (value: PlainValue, _place: unknown, kind: ColumnKind) => sealAll([value], kind)[0] as ColumnValue,
    openAll,
    sealAll: (values: readonly PlainValue[], _places: unknown, kind: ColumnKind) => sealAll(values, kind),
  })
}

function classify(token: string): 'unknown-key' | 'corrupt' | 'not-ours' {
  if (!LOOKS_LIKE_FERNET.test(token)) return 'not-ours'
  return token.length >= SHORTEST_TOKEN && /^[A-Za-z0-9_-]+={0,2}$/.test(token) && token.length % 4 === 0
    ? wholeBlocks(token)
    : 'corrupt'
}

// version 1, time 8, IV 16, ciphertext in blocks of 16, HMAC 32
function wholeBlocks(token: string): 'unknown-key' | 'corrupt' {
  const ciphertextBytes = Buffer.from(token, 'base64url').length - 57
  return ciphertextBytes > 0 && ciphertextBytes % 16 === 0 ? 'unknown-key' : 'corrupt'
}
