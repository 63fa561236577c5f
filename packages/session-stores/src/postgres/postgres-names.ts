import { createHash } from 'node:crypto'

/** Quoted names of what belongs to one table of sessions. */
export interface PostgresNames {
  readonly schema: string
  readonly table: string
  readonly versions: string
  readonly ownerIndex: string
  readonly expiryIndex: string
  /** Name, within the schema, of the function that tells of changes. */
  readonly teller: string
  /** Where changes are told; not quoted. */
  readonly channel: string
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
    teller: quote(`${table}_tell`),
    channel: `keyturn_${digestOf(`keyturn changes ${schema}.${table}`).toString('hex', 0, 8)}`,
    lock: digestOf(`keyturn sessions ${schema}.${table}`).readBigInt64BE().toString(),
  })
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Advisory locks are numbers of 64 bits with a sign, shared by all of a database, as channels are. */
function digestOf(name: string): Buffer {
  return createHash('sha256').update(name).digest()
}
