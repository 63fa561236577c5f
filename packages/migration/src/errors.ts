import { KeyturnError } from '@keyturn/token-crypto'

/** An unfinished job of that name does something else. */
export class DifferentJobError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_DIFFERENT_JOB'

  constructor(job: string) {
    super(
      `The unfinished job ${job} has another target, column or format. ` +
        'Run it to its end as it was begun, or give this one another name.',
    )
  }
}

/** The database cannot be reached, or was in the way of others for too long. Everything committed stands. */
export class DatabaseUnavailableError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_DATABASE_UNAVAILABLE'
  /** Code of the engine or the operating system, such as `ECONNREFUSED` or `57P01`. */
  readonly reason: string

  constructor(reason: string) {
    super(`The database cannot be reached (${reason}). Nothing is lost: run the job again, it goes on where it stood.`)
    this.reason = reason
  }
}

/** The database answered, and refused. */
export class DatabaseFailedError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_DATABASE_FAILED'
  /** SQLSTATE. */
  readonly reason: string

  constructor(reason: string) {
    super(
      `The database refused a statement (${reason}). The dry run shows the statements; ` +
        'the role needs SELECT and UPDATE on the table, and may have to make the journal tables.',
    )
    this.reason = reason
  }
}

/** The table, the column or its key are not as the job needs them. */
export class ColumnUnsuitableError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_COLUMN'
}

/** Values in the target format do not fit in the column. */
export class ColumnTooNarrowError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_COLUMN_TOO_NARROW'

  constructor(column: string, characters: { has: number; needs: number }, statement: string) {
    super(`Column ${column} has ${characters.has} characters and needs ${characters.needs}. Widen it first: ${statement}`)
  }
}

/** Between the dry run and the run the number of unreadable values became another. Nothing was written. */
export class ChangedSinceDryRunError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_CHANGED_SINCE_DRY_RUN'
  readonly found: number

  constructor({ confirmed, found }: { confirmed: number; found: number }) {
    super(`${confirmed} unreadable values were confirmed and ${found} are there. Do the dry run again and confirm its number.`)
    this.found = found
  }
}

/** Not one value opens: most probably the keys are not those of this column. Nothing was written. */
export class NothingOpensError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_NOTHING_OPENS'

  constructor() {
    super('Not one value of the column opens. Check the secrets; if all are lost indeed, give evenIfNothingOpens: true.')
  }
}

/** What was to be cleared could not be exported first, and was not cleared. */
export class ExportFailedError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_EXPORT'
  /** Code of the operating system, such as `ENOSPC`; `OPEN_TO_OTHERS` for a file that others may read. */
  readonly reason: string

  constructor(reason: string) {
    super(`Values could not be exported (${reason}), so they were not cleared. Give exportTo a path of a new file in a folder that this user may write.`)
    this.reason = reason
  }
}

/** A store tells neither which keys its records are under nor lets them be read one by one. */
export class KeyUsageUnknownError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_KEY_USAGE_UNKNOWN'

  constructor(store: string) {
    super(`The ${store} session store has neither statistics nor scan, so nobody knows which keys it needs. Keep them all.`)
  }
}

/** A file of sessions is not as expected. */
export class SessionFileError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_SESSION_FILE'

  constructor(problem: string) {
    super(`The session file ${problem}. Give the path of a JSON file whose object has the sessions by their ids.`)
  }
}

/** A store whose sessions are to be read one by one does not support that. */
export class StoreCannotScanError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_STORE_CANNOT_SCAN'

  constructor(store: string) {
    super(`The sessions of the ${store} store cannot be read one by one. Use a store whose supports.scan is true.`)
  }
}

/** The checkpoint of a run over sessions cannot be used. Nothing was read or written. */
export class CheckpointError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_CHECKPOINT'

  constructor(problem: string) {
    super(`The checkpoint file ${problem}. Give each run a file of its own; without it a run begins again and skips what is done.`)
  }
}

/** The store of the old application did not answer or refused. */
export class LegacyStoreUnavailableError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_LEGACY_STORE'
  /** Code of its driver or of the operating system, such as `ECONNREFUSED`; `UNKNOWN` where there is none. */
  readonly reason: string

  constructor(store: string, reason: string) {
    super(`The session store ${store} of the old application failed (${reason}). Bring it back; what was begun can be tried again.`)
    this.reason = reason
  }
}

/** Git could not be run, or could not read the repository. */
export class GitFailedError extends KeyturnError {
  readonly code = 'KEYTURN_MIGRATION_GIT'
  /** Exit code of git, or the code of the operating system, such as `ENOENT`. */
  readonly reason: string

  constructor(reason: string) {
    super(`Git could not read the repository (${reason}). Check that git is installed and the folder is a repository of yours.`)
    this.reason = reason
  }
}
