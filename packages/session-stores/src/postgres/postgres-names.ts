import { createHash } from 'node:crypto'

/** Quoted names of what belongs to one table of sessions. */
export interface PostgresNames {
  readonly schema: string
  readonly table: string
  readonly versions: string
  readonly ownerIndex: string
  readonly expiryIndex: string
  /** Number of the advisory lock of this table, as a literal. */
  readonly lock: string
}

export function createPostgresNames({ schema, table }: { schema: string; table: string }): PostgresNames {
  const inSchema = (name: string): string => `${quote(schema)}.${quote(name)}`
  return Object.freeze({
    schema: quote(schema),
    table: inSchema(table),
    versions: inSchema(`${table}_schema`),
    ownerIndex: quote(`${table}_owner`),
    expiryIndex: quote(`${table}_expires`),
    lock: lockNumber(`keyturn sessions ${schema}.${table}`),
  })
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Advisory locks are numbers of 64 bits with a sign, shared by all of a database. */
function lockNumber(name: string): string {
  return createHash('sha256').update(name).digest().readBigInt64BE().toString()
}
