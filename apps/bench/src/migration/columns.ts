import { createFernetFormat, reencryptColumn } from '@keyturn/migration'
import { Secret } from '@keyturn/token-crypto'
import type postgres from 'postgres'
import { timed } from '../stores/timing.ts'
import { fernetOf, fillAccounts, makeKeys } from './accounts.ts'
import { type Comparison, rateOf } from './comparison.ts'
import { reencryptOneByOne } from './seed-way.ts'

export interface ColumnBench {
  readonly sql: postgres.Sql
  readonly url: string
  readonly rows: number
  readonly rounds: number
}

/** A column of Fernet tokens under a new secret: the way applications do it themselves, and `reencryptColumn`. */
export async function compareColumns({ sql, url, rows, rounds }: ColumnBench): Promise<Comparison> {
  const keys = makeKeys()
  const [from, to] = [fernetOf(keys.old), fernetOf(keys.current)]
  const format = await createFernetFormat({ secrets: [Secret.fromText(keys.current), Secret.fromText(keys.old)] })
  const comparison = { name: `Fernet column, ${rows} rows`, unit: 'rows/s', goal: 10, theirs: [] as number[], ours: [] as number[], bound: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    comparison.bound.push(await fernetAlone(from, to))
    await fillAccounts(sql, 'theirs', { rows, fernet: from })
    comparison.theirs.push(rateOf(rows, await timed(() => reencryptOneByOne(sql, 'theirs', { from, to }))))
    await fillAccounts(sql, 'ours', { rows, fernet: from })
    const options = { url, table: 'ours', column: 'access_token_encrypted', from: format, to: format }
    const run = await timed(() => reencryptColumn(options))
    if (run.result.outcomes.changed !== rows) throw new Error(`${run.result.outcomes.changed} of ${rows} rows were changed`)
    comparison.ours.push(rateOf(rows, run))
  }
  return comparison
}

const ALONE = 40_000

/** What one thread can do at most: decrypt and encrypt, without a database. */
async function fernetAlone(from: ReturnType<typeof fernetOf>, to: ReturnType<typeof fernetOf>): Promise<number> {
  const token = from.encrypt(Buffer.alloc(200))
  const { seconds } = await timed(async () => {
    for (let i = 0; i < ALONE; i++) to.encryptAt(from.decrypt(token), 1_700_000_000_000)
  })
  return ALONE / seconds
}
