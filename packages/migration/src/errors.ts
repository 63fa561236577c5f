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
