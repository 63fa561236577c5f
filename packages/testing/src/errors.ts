/** Base of every failure of this package. `code` tells them apart; the message names the remedy. */
export class TestingError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** A server ended, or did not become ready in time, while it was being started. */
export class StartFailedError extends TestingError {
  declare readonly code: 'KEYTURN_TESTING_START_FAILED'

  constructor(message: string, options?: ErrorOptions) {
    super('KEYTURN_TESTING_START_FAILED', message, options)
  }
}

/** A process did not print, send or do in time what was waited for. */
export class WaitFailedError extends TestingError {
  declare readonly code: 'KEYTURN_TESTING_WAIT_FAILED'

  constructor(message: string, options?: ErrorOptions) {
    super('KEYTURN_TESTING_WAIT_FAILED', message, options)
  }
}

/** A kept data folder is being used by another running server. */
export class FolderInUseError extends TestingError {
  declare readonly code: 'KEYTURN_TESTING_FOLDER_IN_USE'

  constructor(message: string, options?: ErrorOptions) {
    super('KEYTURN_TESTING_FOLDER_IN_USE', message, options)
  }
}

/** A program that a test needs was found nowhere and could not be fetched. */
export class BinaryMissingError extends TestingError {
  declare readonly code: 'KEYTURN_TESTING_BINARY_MISSING'

  constructor(message: string, options?: ErrorOptions) {
    super('KEYTURN_TESTING_BINARY_MISSING', message, options)
  }
}

/** A Python script did not end well. */
export class PythonFailedError extends TestingError {
  declare readonly code: 'KEYTURN_TESTING_PYTHON_FAILED'

  constructor(message: string, options?: ErrorOptions) {
    super('KEYTURN_TESTING_PYTHON_FAILED', message, options)
  }
}

/** A run of wrk did not end well. */
export class WrkFailedError extends TestingError {
  declare readonly code: 'KEYTURN_TESTING_WRK_FAILED'

  constructor(message: string, options?: ErrorOptions) {
    super('KEYTURN_TESTING_WRK_FAILED', message, options)
  }
}
