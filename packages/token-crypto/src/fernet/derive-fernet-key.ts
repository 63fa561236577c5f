import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { createKeyId } from '../keyring/key-id.ts'
import { Secret } from '../secret/secret.ts'
import { encodeFernetKey } from './fernet-key.ts'

/** How a Fernet key is made of a secret: PBKDF2-HMAC-SHA256 over its UTF-8 text. */
export interface FernetDerivation {
  /** Text, taken as UTF-8, or bytes. */
  readonly salt: string | Uint8Array
  /** Rounds, 1 or more. */
  readonly iterations: number
}

/** What Python applications that keep OAuth tokens in Fernet use: a fixed salt and 100 000 rounds. */
export const INSTAGRAM_OAUTH_DERIVATION: FernetDerivation = Object.freeze({
  salt: 'instagram-oauth-encryption-v1',
  iterations: 100_000,
})

const KEY_BYTES = 32
const MAX_ITERATIONS = 2 ** 31 - 1
/** Far more secrets than a keyring holds; beyond it the oldest is derived again. */
const REMEMBERED = 256

const derive = promisify(pbkdf2)
const derived = new Map<string, Secret>()
const underWay = new Map<string, Promise<Secret>>()

/**
 * The Fernet key of a secret, off the event loop and once for each secret and derivation, however many ask.
 *
 * @returns 44 characters of base64url with padding, as Python writes it.
 * @throws {TypeError} `salt` or `iterations` are out of range.
 * @see https://cryptography.io/en/latest/fernet/#using-passwords-with-fernet
 */
export async function deriveFernetKey(secret: Secret, derivation: FernetDerivation): Promise<Secret> {
  if (!(secret instanceof Secret)) throw new TypeError('deriveFernetKey takes a Secret.')
  const { salt, iterations } = resolveDerivation(derivation)
  const name = `${createKeyId(secret)} ${iterations} ${salt.toString('base64')}`
  const known = derived.get(name) ?? underWay.get(name)
  if (known !== undefined) return known
  const started = start(name, secret, salt, iterations)
  underWay.set(name, started)
  return started
}

async function start(name: string, secret: Secret, salt: Buffer, iterations: number): Promise<Secret> {
  const root = secret.expose()
  try {
    const key = encodeFernetKey(await derive(root, salt, iterations, KEY_BYTES, 'sha256'))
    remember(name, key)
    return key
  } finally {
    root.fill(0)
    underWay.delete(name)
  }
}

function remember(name: string, key: Secret): void {
  derived.set(name, key)
  const [oldest] = derived.keys()
  if (derived.size > REMEMBERED) derived.delete(oldest as string)
}

/** @throws {TypeError} `salt` or `iterations` are out of range. */
export function resolveDerivation({ salt, iterations }: FernetDerivation): { salt: Buffer; iterations: number } {
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS) {
    throw new TypeError(`A Fernet derivation needs iterations, a whole number from 1 to ${MAX_ITERATIONS}.`)
  }
  if (typeof salt === 'string') return { salt: Buffer.from(salt, 'utf8'), iterations }
  if (salt instanceof Uint8Array) return { salt: Buffer.from(salt), iterations }
  throw new TypeError('A Fernet derivation needs a salt, a string or bytes.')
}
