import { RedisStore } from 'connect-redis'
import session from 'express-session'
import { createClient } from 'redis'
import { serveExpress } from '../app/express-app.ts'
import { expressSessionOptions } from '../app/express-session-options.ts'
import { readServerSettings } from '../app/server-settings.ts'

const settings = readServerSettings()
const client = createClient({ url: settings.redisUrl })
await client.connect()

await serveExpress(session(expressSessionOptions(settings, new RedisStore({ client }))))
