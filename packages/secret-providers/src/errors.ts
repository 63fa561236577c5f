import { KeyturnError } from '@keyturn/token-crypto'
import type { SecretFault } from './notices/secret-fault.ts'
import { renderMissingScreen, renderRefusedScreen } from './notices/start-screens.ts'

/** No source has a secret, none may keep a new one, and the environment is not one that runs without. */
export class SecretMissingError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_MISSING'

  constructor(asked: readonly string[], hints: readonly string[] = []) {
    super(renderMissingScreen(asked, hints))
    showOnlyMessage(this)
  }
}

/** Secrets that are weak or badly set. `faults` holds every one of them, without values. */
export class SecretRefusedError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_REFUSED'
  readonly faults: readonly SecretFault[]

  constructor(faults: readonly SecretFault[]) {
    super(renderRefusedScreen(faults))
    this.faults = faults
    showOnlyMessage(this)
  }
}

/** The source had a secret and now answers that it has none. What was loaded last stays in use. */
export class SecretVanishedError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_VANISHED'

  constructor(origin: string) {
    super(
      `The secret that was loaded from ${origin} is no longer there. ` +
        'Restore it from a backup; this process goes on with what it has, a new one would start without it.',
    )
  }
}

/** The source did not answer, or not in time. Trying again may help. */
export class SecretSourceUnavailableError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_SOURCE_UNAVAILABLE'

  constructor(source: string, reason: string, options?: ErrorOptions) {
    super(`The secret source ${source} is not available: ${reason}. No secret was created in its place.`, options)
  }
}

/** The source answers, but not to us. Trying again does not help. */
export class SecretSourceDeniedError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_SOURCE_DENIED'

  constructor(source: string, remedy: string, options?: ErrorOptions) {
    super(`The secret source ${source} denies access. ${remedy}`, options)
  }
}

/** What the source holds is no secret and no key set: empty, torn, or of a format that is not known. */
export class SecretSourceCorruptError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_SOURCE_CORRUPT'

  constructor(source: string, problems: readonly string[]) {
    super(
      `What ${source} holds cannot be read: ${problems.join('; ')}. ` +
        'Restore it from a backup. Removing it makes a new secret at the next start and ends every session.',
    )
  }
}

/** The source answers with a failure that trying again does not mend. */
export class SecretSourceFailedError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_SOURCE_FAILED'

  constructor(source: string, reason: string, options?: ErrorOptions) {
    super(`The secret source ${source} failed: ${reason}`, options)
  }
}

/** The secret is marked for deletion in its source. */
export class SecretDeletionScheduledError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_DELETION_SCHEDULED'

  constructor(source: string, remedy: string) {
    super(`The secret in ${source} is scheduled for deletion. ${remedy}`)
  }
}

/** A file or folder that others could read or change, or that is not what it seems. */
export class SecretFileUnsafeError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_FILE_UNSAFE'

  constructor(path: string, problem: string, remedy: string) {
    super(`${path} ${problem}. ${remedy}`)
  }
}

/** Another process holds the lock of the secret file for longer than `lockTimeoutMs`. Trying again may help. */
export class SecretFileLockedError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_FILE_LOCKED'

  constructor(path: string, holder: string) {
    super(`${path} is locked by ${holder}. Try again; if that process hangs, end it.`)
  }
}

/** The source of the secret cannot be written, so it cannot be rotated from here. */
export class RotationUnsupportedError extends KeyturnError {
  readonly code = 'KEYTURN_ROTATION_UNSUPPORTED'

  constructor(origin: string, remedy: string) {
    super(`The secret from ${origin} cannot be changed from here. ${remedy}`)
  }
}

/** Others kept changing the source at the same time. */
export class RotationConflictError extends KeyturnError {
  readonly code = 'KEYTURN_ROTATION_CONFLICT'

  constructor(origin: string, attempts: number) {
    super(`${origin} was changed by others during each of ${attempts} attempts. Look at what is there, then try again.`)
  }
}

/** There is no pending version to promote, or not every instance can know it yet. */
export class RotationNotReadyError extends KeyturnError {
  readonly code = 'KEYTURN_ROTATION_NOT_READY'
}

/** A version that something still refers to, and whose grace has not run out. */
export class SecretInUseError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_IN_USE'
  readonly keyId: string
  readonly references: number

  constructor(keyId: string, references: number) {
    super(
      `Key ${keyId} is still referred to ${references} times and its grace has not run out. ` +
        'Wait, move what refers to it, or use compromise() to drop it and what it sealed.',
    )
    this.keyId = keyId
    this.references = references
  }
}

/** No version has that key id. */
export class UnknownVersionError extends KeyturnError {
  readonly code = 'KEYTURN_UNKNOWN_VERSION'
  readonly keyId: string

  constructor(keyId: string) {
    super(`No version of the secret has the key id ${keyId}. status() lists those there are.`)
    this.keyId = keyId
  }
}

/** The AWS provider is used and its driver is not installed. */
export class AwsSdkMissingError extends KeyturnError {
  readonly code = 'KEYTURN_AWS_SDK_MISSING'

  constructor() {
    super('AWS Secrets Manager needs the AWS SDK. Install it: npm install @aws-sdk/client-secrets-manager')
  }
}

/** Used after `close()`. */
export class SecretSourceClosedError extends KeyturnError {
  readonly code = 'KEYTURN_SECRET_SOURCE_CLOSED'

  constructor(name: string) {
    super(`${name} was closed. Make a new one to go on.`)
  }
}

/** Who starts a server and reads this on a terminal is helped by the screen, not by where it was thrown. */
function showOnlyMessage(error: SecretMissingError | SecretRefusedError): void {
  error.stack = `${error.name}: ${error.message}`
  if ('faults' in error) Object.defineProperty(error, 'faults', { enumerable: false })
}
