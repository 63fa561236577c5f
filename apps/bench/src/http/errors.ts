/** A server does not keep its sessions as it should: its speed would mean nothing. */
export class SessionNotKeptError extends Error {
  readonly code = 'KEYTURN_BENCH_SESSION_NOT_KEPT'

  constructor(server: string, problem: string) {
    super(`${server} ${problem}`)
    this.name = 'SessionNotKeptError'
  }
}

/** Requests of a measurement were refused, or answered with another status than 2xx. */
export class RequestsRefusedError extends Error {
  readonly code = 'KEYTURN_BENCH_REQUESTS_REFUSED'

  constructor(what: string, counts: { readonly refused: number; readonly broken: number }) {
    super(`${what}: ${counts.refused} answers other than 2xx, ${counts.broken} requests without an answer`)
    this.name = 'RequestsRefusedError'
  }
}

/** A server process did not start, or did not do what it was asked. */
export class ServerFailedError extends Error {
  readonly code = 'KEYTURN_BENCH_SERVER_FAILED'

  constructor(server: string, problem: string) {
    super(`${server}: ${problem}`)
    this.name = 'ServerFailedError'
  }
}
