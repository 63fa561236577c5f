import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import pg from 'pg'
import { serveExpress } from '../app/express-app.ts'
import { expressSessionOptions } from '../app/express-session-options.ts'
import { POSTGRES_CONNECTIONS, readServerSettings } from '../app/server-settings.ts'

const settings = readServerSettings()
const pool = new pg.Pool({ connectionString: settings.postgresUrl, max: POSTGRES_CONNECTIONS })
const PostgresStore = connectPgSimple(session)

await serveExpress(session(expressSessionOptions(settings, new PostgresStore({ pool, createTableIfMissing: true }))))
