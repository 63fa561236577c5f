import type { CookieSigner } from '@keyturn/token-crypto'

/**
 * Signed id of a new session, made when somebody asks for it: most new sessions hold nothing, and no browser ever gets
 * their cookie.
 */
export class LateSignature {
  readonly #id: string
  readonly #signer: CookieSigner
  #isAsked = false

  constructor(id: string, signer: CookieSigner) {
    this.#id = id
    this.#signer = signer
  }

  /** Somebody has seen it. */
  get isAsked(): boolean {
    return this.#isAsked
  }

  toString(): string {
    this.#isAsked = true
    return this.#signer.sign(this.#id)
  }
}
