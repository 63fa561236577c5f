import { createPostgresStore } from '@keyturn/session-stores/postgres'
import { serveKeyturn } from '../app/serve-keyturn.ts'
import { POSTGRES_CONNECTIONS, readServerSettings } from '../app/server-settings.ts'

const settings = readServerSettings()

await serveKeyturn(settings, createPostgresStore({ url: settings.postgresUrl, maxConnections: POSTGRES_CONNECTIONS }))
