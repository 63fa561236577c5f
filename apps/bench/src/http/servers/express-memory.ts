import session from 'express-session'
import { serveExpress } from '../app/express-app.ts'
import { expressSessionOptions } from '../app/express-session-options.ts'
import { readServerSettings } from '../app/server-settings.ts'

await serveExpress(session(expressSessionOptions(readServerSettings())))
