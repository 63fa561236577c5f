import { createSecretKey, type KeyObject } from 'node:crypto'
import { inspect } from 'node:util'

const PRINTED = '[secret]'

/**
 * Root bytes that print as `[secret]` everywhere and leave through `expose()` only.
 *
 * The bytes lie outside the JavaScript heap, so a heap snapshot does not hold them. A private field keeps them from
 * `structuredClone`, spreading and enumeration. The string that was handed to `fromText` stays with its owner: let go of it.
 */
export class Secret {
  readonly #key: KeyObject

  private constructor(bytes: Uint8Array) {
    this.#key = createSecretKey(bytes)
  }

  /** A secret is its text: the root bytes are the UTF-8 bytes as written, whether or not they look like hex or base64. */
  static fromText(text: string): Secret {
    if (typeof text !== 'string') throw new TypeError('Secret.fromText takes a string.')
    // An allocation of its own: pooled Buffers share memory that `buffer.buffer` gives away.
    const bytes = Buffer.alloc(Buffer.byteLength(text, 'utf8'))
    bytes.write(text, 'utf8')
    return Secret.#takeOver(bytes)
  }

  /** Copies the bytes; what is done to `bytes` later does not matter. */
  static fromBytes(bytes: Uint8Array): Secret {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('Secret.fromBytes takes a Uint8Array or a Buffer.')
    return new Secret(bytes)
  }

  static #takeOver(bytes: Buffer): Secret {
    const secret = new Secret(bytes)
    bytes.fill(0)
    return secret
  }

  get byteLength(): number {
    // `symmetricKeySize` is undefined for other kinds of key, never for a secret one.
    return this.#key.symmetricKeySize as number
  }

  /** A copy of the bytes: the one way out. Fill it with zeros when done. */
  expose(): Buffer {
    return this.#key.export()
  }

  /** Takes the same time wherever two secrets of one length differ. */
  equals(other: Secret): boolean {
    return this.#key.equals(other.#key)
  }

  toString(): string {
    return PRINTED
  }

  toJSON(): string {
    return PRINTED
  }

  valueOf(): string {
    return PRINTED
  }

  [Symbol.toPrimitive](): string {
    return PRINTED
  }

  static {
    // Defined here, not as a method: a declaration file cannot name `inspect.custom`.
    Object.defineProperty(Secret.prototype, inspect.custom, { value: () => PRINTED })
  }
}
