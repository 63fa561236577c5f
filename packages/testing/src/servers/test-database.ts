import { randomBytes } from 'node:crypto'

/** An empty database of its own, so that tests on one server do not meet. */
export interface TestDatabase {
  readonly name: string
  readonly url: string
  /** Drops it, whoever is connected. */
  drop(): Promise<void>
}

export interface DatabaseStatements {
  create(name: string): Promise<void>
  drop(name: string): Promise<void>
  urlOf(name: string): string
}

export async function createTestDatabase({ create, drop, urlOf }: DatabaseStatements): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await create(name)
  return { name, url: urlOf(name), drop: () => drop(name) }
}
