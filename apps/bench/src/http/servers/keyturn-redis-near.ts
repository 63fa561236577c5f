import { createNearCache } from '@keyturn/session-stores/near-cache'
import { createRedisStore } from '@keyturn/session-stores/redis'
import { serveKeyturn } from '../app/serve-keyturn.ts'
import { readServerSettings } from '../app/server-settings.ts'

const settings = readServerSettings()

await serveKeyturn(settings, createNearCache(createRedisStore({ url: settings.redisUrl })))
