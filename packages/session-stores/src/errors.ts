import { KeyturnError } from '@keyturn/token-crypto'

/** The engine cannot be reached, or did not answer in time. What was asked of it may have happened or not. */
export class StoreUnavailableError extends KeyturnError {
  readonly code = 'KEYTURN_STORE_UNAVAILABLE'
  /** Name of the store, such as `postgres`. */
  readonly store: string
  /** Code of the engine or the operating system, such as `ECONNREFUSED` or `57P01`. */
  readonly reason: string

  constructor(store: string, reason: string) {
    super(`The ${store} session store cannot be reached (${reason}). Check that the server runs and can be connected to.`)
    this.store = store
    this.reason = reason
  }
}

/** The engine answered, and refused. */
export class StoreFailedError extends KeyturnError {
  readonly code = 'KEYTURN_STORE_FAILED'
  readonly store: string
  /** Code of the engine, such as a SQLSTATE. */
  readonly reason: string

  constructor(store: string, reason: string, remedy = 'Look the code up in its log and manual.') {
    super(`The ${store} session store refused a command (${reason}). ${remedy}`)
    this.store = store
    this.reason = reason
  }
}

/** The store was closed before this call. */
export class StoreClosedError extends KeyturnError {
  readonly code = 'KEYTURN_STORE_CLOSED'

  constructor(store: string) {
    super(`The ${store} session store is closed. Close it only after the last request has been answered.`)
  }
}

/** The table is not there and may not be made, or is of a newer version than this package knows. */
export class StoreSchemaError extends KeyturnError {
  readonly code = 'KEYTURN_STORE_SCHEMA'
}

/** The package that speaks to the engine is not installed. */
export class MissingDriverError extends KeyturnError {
  readonly code = 'KEYTURN_DRIVER_MISSING'

  constructor(driver: string) {
    super(`The package ${driver} is not installed. Install it with: npm install ${driver}`)
  }
}

/** This store cannot do what was asked; `supports` tells beforehand. */
export class StoreUnsupportedError extends KeyturnError {
  readonly code = 'KEYTURN_STORE_UNSUPPORTED'

  constructor(store: string, capability: string) {
    super(`The ${store} session store has no ${capability}. Use a store whose supports.${capability} is true.`)
  }
}

/** A store cannot tell of changes as it is set up, so that nothing may be kept of what was read from it. */
export class StoreFeedError extends KeyturnError {
  readonly code = 'KEYTURN_STORE_FEED'
  readonly store: string

  /** @param problem - What is in the way, and the remedy. */
  constructor(store: string, problem: string) {
    super(`The ${store} session store cannot tell of changes. ${problem}`)
    this.store = store
  }
}

/** What rests under a key has not the form that this store writes. */
export class StoreRecordError extends KeyturnError {
  readonly code = 'KEYTURN_STORE_RECORD'

  constructor(store: string) {
    super(`The ${store} session store holds a value that it did not write. Give it a prefix or table of its own.`)
  }
}

/** One session is larger than is allowed. */
export class SessionTooLargeError extends KeyturnError {
  readonly code = 'KEYTURN_SESSION_TOO_LARGE'

  constructor(bytes: number, maxBytes: number) {
    super(`A session of ${bytes} bytes is over the limit of ${maxBytes}. Keep large data elsewhere, by reference.`)
  }
}

/** Session data that JSON would lose or change without a word. */
export class SessionDataError extends KeyturnError {
  readonly code = 'KEYTURN_SESSION_DATA'

  /** @param problem - What kind of value it is; never the value. */
  constructor(problem: string) {
    super(`Session data holds ${problem}, which JSON cannot carry. Store a string, a number or a plain object in its place.`)
  }
}

/** A session of that id exists already. */
export class SessionExistsError extends KeyturnError {
  readonly code = 'KEYTURN_SESSION_EXISTS'

  constructor() {
    super('A session of that id exists already. Create each session under a fresh random id.')
  }
}

/** So many requests write one session that this one had no turn. */
export class SessionContendedError extends KeyturnError {
  readonly code = 'KEYTURN_SESSION_CONTENDED'

  constructor(attempts: number) {
    super(`A session was changed by others at each of ${attempts} attempts to write it. Write it less often, or try again.`)
  }
}
