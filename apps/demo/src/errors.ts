import { KeyturnError } from '@keyturn/token-crypto'

/** The database was asked before the first visitor came, and did not answer. */
export class DatabaseSilentError extends KeyturnError {
  readonly code = 'KEYTURN_DEMO_DATABASE_SILENT'

  constructor() {
    super('PostgreSQL does not answer. Check host, port and password in DATABASE_URL, or leave it out for the embedded server.')
  }
}

/** A request that the demo's own page did not send. */
export class ForeignRequestError extends KeyturnError {
  readonly code = 'KEYTURN_DEMO_FOREIGN_REQUEST'
  readonly statusCode = 403

  constructor() {
    super('This request did not come from the page of the demo. Open the address that the terminal shows, and use the buttons there.')
  }
}
