import { createMemoryStore } from '@keyturn/session-stores/memory'
import { serveKeyturn } from '../app/serve-keyturn.ts'
import { readServerSettings } from '../app/server-settings.ts'

await serveKeyturn(readServerSettings(), createMemoryStore({ warn: () => {} }))
