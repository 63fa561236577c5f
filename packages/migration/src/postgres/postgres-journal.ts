import type { Claim, JobState, PlaceTransaction } from '../bulk/bulk-place.ts'
import type { ColumnKey } from '../column/column-place.ts'
import { addTallies, EMPTY_TALLY, type Tally } from '../report.ts'
import type { JournalNames } from './journal-schema.ts'
import type { RunStatement } from './postgres-client.ts'
import { arrayLiteral } from './sql-text.ts'
import { WORKER_GONE_SQL } from './worker-lock.ts'

export interface JournalContext {
  readonly run: RunStatement
  readonly names: JournalNames
  readonly job: string
  readonly worker: number
  /** A claim this old is taken over although its process seems to live. */
  readonly leaseMs: number
  readonly maxListed: number
}

type JournalMethods = Omit<PlaceTransaction<ColumnKey, never, never>, 'readRange' | 'lockItems' | 'compareAndSet'>

/** The journal of one job, within one transaction. */
export function createPostgresJournal({ run, names, job, worker, leaseMs, maxListed }: JournalContext): JournalMethods {
  const { jobs, claims } = names
  return {
    async lockJob() {
      const [row] = await run(
        `select fingerprint, pass, to_json(frontier)::text, exhausted, finished, tally::text from ${jobs}
         where job = $1::text for update`,
        [job],
      )
      return row === undefined ? undefined : toJobState(row)
    },
    async saveJob({ fingerprint, pass, frontier, exhausted, finished, tally }) {
      await run(
        `insert into ${jobs} (job, fingerprint, pass, frontier, exhausted, finished, tally)
         values ($1::text, $2::text, $3::text::integer, $4::text::text[], $5::text::boolean, $6::text::boolean, $7::text::jsonb)
         on conflict (job) do update set fingerprint = excluded.fingerprint, pass = excluded.pass, frontier = excluded.frontier,
           exhausted = excluded.exhausted, finished = excluded.finished, tally = excluded.tally, changed_at = clock_timestamp()`,
        [job, fingerprint, String(pass), keyLiteral(frontier), String(exhausted), String(finished), tallyText(tally)],
      )
    },
    async addClaim(after, upTo) {
      const [row] = await run(
        `insert into ${claims} (job, after_key, up_to_key, worker)
         values ($1::text, $2::text::text[], $3::text::text[], $4::text::integer) returning id::text`,
        [job, keyLiteral(after), keyLiteral(upTo), String(worker)],
      )
      return { id: row?.[0] as string, after, upTo }
    },
    async takeAbandonedClaim(held) {
      const [row] = await run(
        `update ${claims} set worker = $2::text::integer, claimed_at = clock_timestamp() where id = (
           select c.id from ${claims} c where c.job = $1::text and c.tally is null and case
             when c.worker = $2::text::integer then not c.id = any ($3::text::bigint[])
             else c.claimed_at < clock_timestamp() - $4::text::float8 * interval '1 ms' or ${WORKER_GONE_SQL} end
           order by c.id limit 1 for update skip locked)
         returning id::text, to_json(after_key)::text, to_json(up_to_key)::text`,
        [job, String(worker), `{${[...held].join(',')}}`, String(leaseMs)],
      )
      return row === undefined ? undefined : toClaim(row)
    },
    async holdClaim({ id, after, upTo }) {
      // A server that crashed may give the number of a claim that it has forgotten to another one.
      const rows = await run(
        `select 1 from ${claims} where id = $1::text::bigint and worker = $2::text::integer and tally is null
           and after_key is not distinct from $3::text::text[] and up_to_key = $4::text::text[] for update`,
        [id, String(worker), keyLiteral(after), keyLiteral(upTo)],
      )
      return rows.length > 0
    },
    async finishClaim(id, tally) {
      await run(`update ${claims} set tally = $2::text::jsonb where id = $1::text::bigint`, [id, tallyText(tally)])
    },
    async openClaims() {
      const [row] = await run(`select count(*)::integer from ${claims} where job = $1::text and tally is null`, [job])
      return row?.[0] as number
    },
    async sumClaims() {
      const rows = await run(`select tally::text from ${claims} where job = $1::text and tally is not null order by id`, [job])
      return rows.reduce((sum, [text]) => addTallies(sum, JSON.parse(text as string) as Tally, maxListed), EMPTY_TALLY)
    },
    async makeDurable() {
      await run('set local synchronous_commit to on')
    },
    async clearClaims() {
      await run(`delete from ${claims} where job = $1::text`, [job])
    },
  }
}

function toJobState(row: readonly unknown[]): JobState<ColumnKey> {
  const [fingerprint, pass, frontier, exhausted, finished, tally] = row
  return {
    fingerprint: fingerprint as string,
    pass: pass as number,
    frontier: readKey(frontier),
    exhausted: exhausted as boolean,
    finished: finished as boolean,
    tally: tally === null ? undefined : (JSON.parse(tally as string) as Tally),
  }
}

function toClaim([id, after, upTo]: readonly unknown[]): Claim<ColumnKey> {
  return { id: id as string, after: readKey(after), upTo: readKey(upTo) as ColumnKey }
}

function readKey(json: unknown): ColumnKey | undefined {
  return json === null ? undefined : (JSON.parse(json as string) as ColumnKey)
}

function keyLiteral(key: ColumnKey | undefined): string | null {
  return key === undefined ? null : arrayLiteral(key)
}

function tallyText(tally: Tally | undefined): string | null {
  return tally === undefined ? null : JSON.stringify(tally)
}
