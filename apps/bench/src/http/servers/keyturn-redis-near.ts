import { createNearCache } from '@keyturn/session-stores/near-cache'
import { createRedisStore } from '@keyturn/session-stores/redis'
import { serveKeyturn } from '../app/serve-keyturn.ts'
import { readServerSettings } from '../app/server-settings.ts'

const settings = readServerSettings()

// Under the same prefix as those without near cache it would be told of all that they write, on the core of the one that
// is measured.
const store = createRedisStore({ url: settings.redisUrl, prefix: 'keyturn-near:' })

await serveKeyturn(settings, createNearCache(store))
