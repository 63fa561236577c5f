import {
  createFernet,
  createKeyId,
  deriveFernetKey,
  type EpochMs,
  type Fernet,
  type FernetDecoding,
  type FernetDerivation,
  type KeyId,
  OpenError,
  type Secret,
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
const TIME_CHARACTERS = 12
const TIME_AT = 1

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

  function open(value: ColumnValue): OpenedValue {
    const token = typeof value === 'string' ? value : value.toString('latin1')
    const opened = tryKey(likely, token)
    if (opened !== undefined) return describe(likely, token, opened)
    for (const key of keys) {
      const plain = key === likely ? undefined : tryKey(key, token)
      if (plain === undefined) continue
      likely = key
      return describe(key, token, plain)
    }
    return { outcome: classify(token) }
  }

  function describe(key: FernetKey, token: string, plain: Buffer): OpenedValue {
    return { outcome: 'opened', plain, current: key === primary, keyId: key.id, madeAt: readTime(key, token) }
  }

  return Object.freeze({
    name: 'fernet',
    keyId: primary.id,
    open,
    seal({ plain, madeAt }: PlainValue, _place: unknown, kind: ColumnKind): ColumnValue {
      const token = madeAt === undefined ? primary.fernet.encrypt(plain) : primary.fernet.encryptAt(plain, madeAt)
      return kind === 'text' ? token : Buffer.from(token, 'latin1')
    },
  })
}

function tryKey(key: FernetKey, token: string): Buffer | undefined {
  try {
    return key.fernet.decrypt(token)
  } catch (error) {
    if (error instanceof OpenError) return undefined
    throw error
  }
}

/** The token has been authenticated: its time is read without checking the signature again, where that is the same. */
function readTime(key: FernetKey, token: string): EpochMs {
  const head = token.slice(0, TIME_CHARACTERS)
  if (!/^[A-Za-z0-9_-]{12}$/.test(head)) return key.fernet.extractTimestamp(token)
  return Number(Buffer.from(head, 'base64url').readBigUInt64BE(TIME_AT)) * 1000
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
