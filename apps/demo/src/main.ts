import { fileURLToPath } from 'node:url'
import { announce, cannotListen, folderIsTaken, portIsTaken } from './process/announce.ts'
import { type Database, openDatabase } from './process/database.ts'
import { watchLauncher } from './process/launcher.ts'
import { probePort } from './process/probe-port.ts'
import { type ServerProcess, startServerProcess } from './process/server-process.ts'
import { readSettings, type Settings } from './settings.ts'

// The supervisor: it holds the database, so that the process which serves the page can be restarted from the page.

const DEFAULT_FOLDER = fileURLToPath(new URL('../.demo', import.meta.url))

let settings: Settings | undefined
let database: Database | undefined
let server: ServerProcess | undefined
const ending = new AbortController()

const started = start()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0))
watchLauncher(() => void end(0))
try {
  await started
} catch (error) {
  if (!ending.signal.aborted) console.error(`\n${sayWhy(error)}\n`)
  await end(1)
}

async function start(): Promise<void> {
  settings = readSettings(process.env, DEFAULT_FOLDER)
  await probePort(settings)
  if (settings.databaseUrl === undefined) console.log('Starting PostgreSQL …')
  database = await openDatabase(settings)
  if (ending.signal.aborted) return
  const env = { HOST: settings.host, DEMO_FOLDER: settings.folder, DATABASE_URL: database.url }
  server = await startServerProcess({ env, port: settings.port, signal: ending.signal })
  if (ending.signal.aborted) return
  console.log(announce(server.port, settings))
  void server.crashed.then(async () => end(1))
}

/** What is still starting comes to its end first: only then is it known what must be stopped. */
async function end(code: number): Promise<void> {
  if (ending.signal.aborted) return
  ending.abort()
  await started.catch(() => {})
  await server?.stop()
  await database?.stop()
  process.exit(code)
}

function sayWhy(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, message } = error as NodeJS.ErrnoException
  if (settings === undefined) return message
  if (code === 'EADDRINUSE') return portIsTaken(settings)
  if (code === 'KEYTURN_TESTING_FOLDER_IN_USE') return folderIsTaken(settings)
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND') return cannotListen(settings, code)
  return code?.startsWith('KEYTURN_') ? `${message} (${code})` : message
}
