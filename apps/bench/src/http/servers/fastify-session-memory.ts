import { serveFastifySession } from '../app/serve-fastify-session.ts'
import { readServerSettings } from '../app/server-settings.ts'

await serveFastifySession(readServerSettings())
