import { startPostgres } from '@keyturn/testing/postgres'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'

export interface Database {
  readonly url: string
  stop(): Promise<void>
}

/** The server that `DATABASE_URL` names, or an embedded one whose data stay in the demo's folder. */
export async function openDatabase({ databaseUrl, folder }: Settings): Promise<Database> {
  if (databaseUrl !== undefined) return { url: databaseUrl, stop: async () => {} }
  const server = await startPostgres({ folder: join(folder, 'postgres') })
  return { url: server.url, stop: () => server.stop() }
}
