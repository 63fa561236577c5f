import { fileURLToPath } from 'node:url'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import staticFiles from '@fastify/static'
import { secureSession } from '@keyturn/fastify-secure-session'
import fastify, { type FastifyInstance } from 'fastify'
import postgres from 'postgres'
import { showErrors } from './routes/show-errors.ts'
import { basketRoutes } from './routes/basket.ts'
import { deviceRoutes } from './routes/devices.ts'
import { homeRoutes } from './routes/home.ts'
import { operatorRoutes } from './routes/operator.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { createSameOriginGuard } from './same-origin.ts'
import type { Settings } from './settings.ts'
import './session-types.ts'

const COOKIE_NAME = 'keyturn-demo'

const PUBLIC_FOLDER = fileURLToPath(new URL('../public', import.meta.url))
const ONLY_OURS = ["'self'"]
const NOTHING = ["'none'"]

interface AppParts {
  readonly settings: Settings & { readonly databaseUrl: string | undefined }
  /** Ends this process and starts another in its place. */
  readonly askForRestart: () => void
}

export async function buildApp({ settings, askForRestart }: AppParts): Promise<FastifyInstance> {
  const { databaseUrl, secretFile } = settings
  if (databaseUrl === undefined) throw new TypeError('DATABASE_URL is missing: start the demo by its main program')
  const app = fastify({ logger: { level: 'warn' }, forceCloseConnections: true })
  showErrors(app)
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: NOTHING, scriptSrc: ONLY_OURS, styleSrc: ONLY_OURS, imgSrc: ONLY_OURS, connectSrc: ONLY_OURS,
        formAction: ONLY_OURS, baseUri: NOTHING, frameAncestors: NOTHING,
      },
    },
    // With the default, no-referrer, browsers write `Origin: null` on a form's POST.
    referrerPolicy: { policy: 'same-origin' },
    // The demo speaks plain HTTP.
    strictTransportSecurity: false,
  })
  app.addHook('onRequest', createSameOriginGuard(settings.host))
  await app.register(formbody)
  await app.register(staticFiles, { root: PUBLIC_FOLDER, index: false })

  await app.register(secureSession, {
    environment: 'development',
    // Variables of the surrounding shell are not the demo's.
    env: {},
    secretFile,
    databaseUrl,
    cookie: { name: COOKIE_NAME },
  })
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} })
  app.addHook('onClose', () => sql.end({ timeout: 1 }))

  await app.register(homeRoutes, { sql, cookieName: COOKIE_NAME, secretFile })
  await app.register(signInRoutes)
  await app.register(basketRoutes)
  await app.register(operatorRoutes, { askForRestart })
  await app.register(deviceRoutes)
  return app
}
