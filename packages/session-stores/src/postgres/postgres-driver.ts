export type Row = Readonly<Record<string, unknown>>
export type Rows = readonly Row[] & { readonly count: number | null }
/** As the driver gives them. */
export type QueryResult = Row[] & { readonly count: number | null }
export type Parameter = Buffer | number | string | null

/** A statement under way, as the `postgres` package gives it. */
export interface PostgresQuery extends PromiseLike<QueryResult> {
  /** `null` until it is sent. */
  readonly state?: unknown
  /** What it was given, and what of that is sent. */
  readonly args?: unknown[]
  readonly parameters?: unknown[]
  cancel(): unknown
}

/** What runs statements: a client, or one transaction of it. */
export interface PostgresTransaction {
  unsafe(statement: string, parameters?: Parameter[], options?: { prepare?: boolean }): PostgresQuery
}

/** What the store needs of an instance of the `postgres` package. */
export interface PostgresClient extends PostgresTransaction {
  /** What it connects with. */
  readonly options?: object
  begin<T>(run: (transaction: PostgresTransaction) => Promise<T>): Promise<unknown>
  end(options?: { timeout?: number }): Promise<void>
}
