import type { Tally } from '../report.ts'

/**
 * Work that can be cut into pages. The engine asks for pages, has them prepared, and has each written in one step;
 * what a page is, the task knows.
 */
export interface BulkTask<Page, Prepared> {
  readonly name: string
  /** Decides, and writes nothing. */
  readonly dryRun: boolean
  /** Items altogether, for progress; `undefined` when nobody knows. */
  readonly total: number | undefined
  /** What earlier runs of the same job did; `undefined` when this is the first. */
  readonly earlier: Tally | undefined
  /**
   * The next page that no other worker has.
   *
   * @param limit - Most items.
   * @returns `'wait'` when others still hold pages that they may leave behind; `undefined` when all is done.
   */
  next(limit: number): Promise<Page | 'wait' | undefined>
  sizeOf(page: Page): number
  /** Opens, decides and makes new values. Writes nothing. */
  prepare(page: Page): Prepared | Promise<Prepared>
  /**
   * Writes the page and its checkpoint together: both or neither. Called again after a failure whose effect is unknown.
   *
   * @returns `undefined` when the page was done already, by this worker or by another that took it over.
   */
  commit(page: Page, prepared: Prepared): Promise<Tally | undefined>
  /** Whether to try again later: a lost connection, a deadlock. */
  isTransient(error: unknown): boolean
  /** When the last page is done. */
  finish(): Promise<Finish>
}

export interface Finish {
  /** All runs of the job together. */
  readonly tally: Tally
  /** `false` where pages are left: the run was ended early, or a server that crashed has forgotten some. */
  readonly isWhole: boolean
}
