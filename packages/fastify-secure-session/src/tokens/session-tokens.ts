import {
  createJwtSigner,
  createJwtVerifier,
  createKeyringFernet,
  type JsonValue,
  type JwtSigner,
  type JwtSignerOptions,
  type JwtVerifier,
  type JwtVerifierOptions,
  type KeyringFernet,
  type KeyringFernetOptions,
  type LiveKeyring,
  openJson,
  openText,
  type Place,
  sealJson,
  sealText,
  UnknownKeyError,
} from '@keyturn/token-crypto'

/** Who issues a kind of token, and for whom. */
export type JwtOptions = Omit<JwtSignerOptions & JwtVerifierOptions, 'keyring'>

/** Signs and verifies one kind of token. */
export interface JwtTokens extends JwtSigner, JwtVerifier {}

/**
 * `fastify.secureSession.tokens`: values and tokens of the application under the keys of the sessions. A rotation takes
 * them along; each kind has derived keys of its own, so none passes for another or for a session.
 */
export interface SessionTokens {
  /**
   * Seals text for a column, a URL or JSON, bound to the place where it will rest.
   *
   * @throws {TypeError} It is not a well-formed string, or the place lacks a part.
   */
  sealText(text: string, place: Place): string
  /**
   * @throws {OpenError} KEYTURN_CANNOT_OPEN: changed, or sealed for another place.
   * @throws {UnknownKeyError} KEYTURN_UNKNOWN_KEY: also after a refresh of the keyring.
   */
  openText(sealed: string, place: Place): Promise<string>
  /** As `sealText`, of a JSON value. @throws {TypeError} JSON would lose something of it. */
  sealJson(value: JsonValue, place: Place): string
  /** As `openText`. @param read - Checks and types what was sealed. */
  openJson<T>(sealed: string, place: Place, read: (value: JsonValue) => T): Promise<T>
  /** Tokens that Python's `cryptography` reads and writes, under Fernet keys derived from the same secrets. */
  fernet(options: Omit<KeyringFernetOptions, 'keyring'>): KeyringFernet
  /** JSON Web Tokens, HS256. @throws {TypeError} naming every option that is wrong. */
  jwt(options: JwtOptions): JwtTokens
}

export function createSessionTokens(keyring: LiveKeyring): SessionTokens {
  /** Another instance may have sealed under a key that this one has not heard of. */
  async function opening<T>(open: () => T): Promise<T> {
    try {
      return open()
    } catch (error) {
      if (!(error instanceof UnknownKeyError) || !(await keyring.refreshForUnknownKey())) throw error
      return open()
    }
  }

  return Object.freeze({
    sealText: (text: string, place: Place) => sealText(keyring.current, 'token', text, place),
    openText: (sealed: string, place: Place) => opening(() => openText(keyring.current, 'token', sealed, place)),
    sealJson: (value: JsonValue, place: Place) => sealJson(keyring.current, 'token', value, place),
    openJson: <T>(sealed: string, place: Place, read: (value: JsonValue) => T) =>
      opening(() => openJson(keyring.current, 'token', sealed, place, read)),
    fernet: (options: Omit<KeyringFernetOptions, 'keyring'>) => createKeyringFernet({ ...options, keyring }),
    jwt: (options: JwtOptions) => Object.freeze({ ...createJwtSigner({ ...options, keyring }), ...createJwtVerifier({ ...options, keyring }) }),
  })
}
