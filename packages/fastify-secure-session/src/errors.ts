import { KeyturnError } from '@keyturn/token-crypto'

/** The session store did not answer or refused: answered as 503, and the process lives. */
export class SessionStoreUnavailableError extends KeyturnError {
  readonly code = 'KEYTURN_SESSION_STORE_UNAVAILABLE'
  readonly statusCode = 503

  constructor(cause: unknown) {
    super('The session store is unavailable. Try again shortly; operators find the reason in the log and in health().', { cause })
  }
}

/** Production has no store that survives a restart: the server must not start. */
export class StoreNotConfiguredError extends KeyturnError {
  readonly code = 'KEYTURN_STORE_NOT_CONFIGURED'

  constructor() {
    super('No session store is configured. Set DATABASE_URL to a PostgreSQL server, or USE_REDIS_SESSIONS=true with REDIS_URL or REDIS_HOST, or pass `store`. Sessions in memory are for development only.')
  }
}

/** `signIn` on a plain HTTP request while the cookie is `Secure`: the browser would never send it back. */
export class InsecureConnectionError extends KeyturnError {
  readonly code = 'KEYTURN_INSECURE_CONNECTION'
  readonly statusCode = 500

  constructor() {
    super(
      'The session cookie is Secure and this request came over plain HTTP. Behind a proxy that ends TLS, create Fastify with `trustProxy`; without TLS at all, run with NODE_ENV=development.',
    )
  }
}

/** `reauthenticate` where nobody is or was signed in. */
export class NotSignedInError extends KeyturnError {
  readonly code = 'KEYTURN_NOT_SIGNED_IN'
  readonly statusCode = 401

  constructor() {
    super('Nobody is signed in to this session. Call signIn(userId) after checking who it is.')
  }
}

/** A session was used on a route that the plugin does not cover, such as one outside the cookie's path. */
export class NoSessionError extends KeyturnError {
  readonly code = 'KEYTURN_NO_SESSION'
  readonly statusCode = 500

  constructor() {
    super('This request has no session. Register the plugin before the route, and keep the route inside `cookie.path`.')
  }
}

/** Sessions rest in the cookies of their browsers: nobody here can list, change or end them. */
export class SessionsNotStoredError extends KeyturnError {
  readonly code = 'KEYTURN_SESSIONS_NOT_STORED'

  constructor() {
    super('Sessions are held in cookies here (`stateless`): they can be neither listed nor changed nor ended on the server. Register with a store for that.')
  }
}

/** An optional package that an option asks for is not installed. */
export class MissingPackageError extends KeyturnError {
  readonly code = 'KEYTURN_PACKAGE_MISSING'

  constructor(name: string) {
    super(`The package ${name} is not installed. Install it with: npm install ${name}`)
  }
}
