/** Every failure of a Keyturn package: tell them apart by `code`, never by message. */
export abstract class KeyturnError extends Error {
  abstract readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/**
 * What was given does not open. Wrong key, tampering, truncation, a wrong place and old age answer alike,
 * so that an attacker learns nothing from the difference.
 */
export class OpenError extends KeyturnError {
  readonly code = 'KEYTURN_CANNOT_OPEN'

  constructor() {
    super('This value does not open here: it was changed, cut, moved, made with another key, or is too old.')
  }
}

/** The value names a key that this keyring does not hold. Refresh the keyring, then try once more. */
export class UnknownKeyError extends KeyturnError {
  readonly code = 'KEYTURN_UNKNOWN_KEY'
  /** Key that the value asks for, 16 lowercase hex digits. Not a secret. */
  readonly keyId: string

  constructor(keyId: string) {
    super(
      `This value was made with key ${keyId}, which the keyring does not hold. ` +
        'Refresh the keyring; if the key was retired too early, add its secret again as retiring.',
    )
    this.keyId = keyId
  }
}

/** A keyring was given no primary version, so nothing could be signed or sealed. */
export class NoPrimaryKeyError extends KeyturnError {
  readonly code = 'KEYTURN_NO_PRIMARY_KEY'

  constructor(list: string) {
    super(`None of the ${list} is primary. Give exactly one of them the state 'primary'.`)
  }
}

/** A keyring was given more than one primary version. */
export class SeveralPrimaryKeysError extends KeyturnError {
  readonly code = 'KEYTURN_SEVERAL_PRIMARY_KEYS'

  constructor(list: string) {
    super(`More than one of the ${list} is primary. Keep one, and make the others 'pending' or 'retiring'.`)
  }
}

/** Two versions of a keyring have the same key id, so opening by key id would be ambiguous. */
export class KeyIdCollisionError extends KeyturnError {
  readonly code = 'KEYTURN_KEY_ID_COLLISION'

  constructor(keyId: string) {
    super(
      `Two versions of the keyring have the key id ${keyId}. ` +
        'Most likely the same secret is listed twice: remove one. Otherwise generate a new secret.',
    )
  }
}
