import { type Batch, createBatch } from '../batch.ts'
import type { PutOutcome, SessionRecord, StoredSession, StoreKey } from '../store.ts'
import { type Replacement, toColumns, toKeyArray, toReplacement, toReplacements, toRow } from './postgres-parameters.ts'
import type { Parameter } from './postgres-driver.ts'
import { toRecord } from './postgres-rows.ts'
import type { PostgresTable } from './postgres-table.ts'

/** What requests ask for, many at once in one statement. */
export interface PostgresBatches {
  readonly get: (key: StoreKey) => Promise<SessionRecord | undefined>
  readonly insert: (session: StoredSession) => Promise<PutOutcome>
  readonly replace: (replacement: Replacement) => Promise<PutOutcome>
  /** Sends at once what has been gathered. */
  flush(): void
}

export function createPostgresBatches(table: PostgresTable): PostgresBatches {
  const { statements } = table
  const get = createReadBatch(table)
  const insert = createWriteBatch<StoredSession>(table, {
    together: statements.insertMany,
    columns: toColumns,
    async alone(session, limitMs) {
      const { count } = await table.request(statements.insert, toRow(session), limitMs)
      return count === 1 ? 'stored' : 'conflict'
    },
  })
  const replace = createWriteBatch<Replacement>(table, {
    together: statements.replaceMany,
    columns: toReplacements,
    async alone(replacement, limitMs) {
      const [row] = await table.request(statements.replace, toReplacement(replacement), limitMs)
      if (row === undefined) return 'gone'
      return row['stored'] === true ? 'stored' : 'conflict'
    },
  })
  return {
    get: get.add,
    insert: insert.add,
    replace: replace.add,
    flush() {
      for (const batch of [get, insert, replace]) batch.flush()
    },
  }
}

function createReadBatch({ statements, request, timeoutMs }: PostgresTable): Batch<StoreKey, SessionRecord | undefined> {
  let typicalBytes = 0

  async function readAll(keys: readonly StoreKey[]): Promise<readonly (SessionRecord | undefined)[]> {
    const rows = await request(statements.getMany, [toKeyArray(keys)], timeoutMs)
    const found = new Map(rows.map((row) => [row['hex'], toRecord(row)]))
    return keys.map((key) => found.get(key.toString('hex')))
  }

  return createBatch({
    async run(keys: readonly StoreKey[]) {
      const [first] = keys as readonly [StoreKey]
      const records = keys.length === 1 ? (await request(statements.get, [first], timeoutMs)).map(toRecord) : await readAll(keys)
      for (const record of records) typicalBytes += ((record?.sealed.length ?? 0) - typicalBytes) / 16
      return records
    },
    bytesOf: () => typicalBytes,
  })
}

interface WriteStatements<Write> {
  /** Writes what it can at once and gives the keys of that. */
  readonly together: string
  readonly columns: (writes: readonly Write[]) => Parameter[]
  readonly alone: (write: Write, limitMs: number) => Promise<PutOutcome>
}

/** What was not written together is written alone: that waits for whoever holds its row, and tells why where it cannot be. */
function createWriteBatch<Write extends StoredSession>(
  { request, timeoutMs }: PostgresTable,
  { together, columns, alone }: WriteStatements<Write>,
): Batch<Write, PutOutcome> {
  return createBatch({
    async run(writes: readonly Write[]) {
      const [first] = writes as readonly [Write]
      if (writes.length === 1) return [await alone(first, timeoutMs)]
      const startedAt = performance.now()
      const firsts = firstOfEach(writes)
      const rows = await request(together, columns([...firsts.values()]), timeoutMs)
      const written = new Set(rows.map((row) => firsts.get(row['hex'] as string)))
      const left = Math.max(1, timeoutMs - (performance.now() - startedAt))
      return writes.map((write) => (written.has(write) ? 'stored' : alone(write, left)))
    },
    bytesOf: ({ record }) => record.sealed.length,
  })
}

/** One statement writes a row once: whoever comes second finds what the first has written. */
function firstOfEach<Write extends StoredSession>(writes: readonly Write[]): Map<string, Write> {
  const firsts = new Map<string, Write>()
  for (const write of writes) {
    const hex = write.key.toString('hex')
    if (!firsts.has(hex)) firsts.set(hex, write)
  }
  return firsts
}
