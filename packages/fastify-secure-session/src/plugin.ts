import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { addHooks } from './add-hooks.ts'
import { decorate } from './decorate.ts'
import { addHealthRoutes } from './health/health-routes.ts'
import { watchMigrations } from './metrics/migration-metrics.ts'
import { type DescribedOptions, describeEnvironment } from './options/describe-options.ts'
import { resolveOptions } from './options/resolve-options.ts'
import type { SecureSessionOptions } from './options/secure-session-options.ts'
import { reportStart } from './report-start.ts'
import { createSessionParts } from './session-parts.ts'

async function register(fastify: FastifyInstance, written: SecureSessionOptions): Promise<void> {
  const options = resolveOptions(written)
  const parts = await createSessionParts(options, fastify.log)
  fastify.addHook('onClose', parts.close)
  if (options.metrics !== undefined) {
    const stopWatching = await watchMigrations(options.metrics)
    fastify.addHook('onClose', async () => stopWatching())
  }
  if (options.stateless) fastify.log.info('Sessions are held in sealed cookies: they cannot be listed or ended from here, and a copied cookie works until it expires.')
  await addHooks(fastify, parts)
  decorate(fastify, parts)
  if (options.healthRoutes !== undefined) addHealthRoutes(fastify, options.healthRoutes, fastify.secureSession)
  fastify.addHook('onReady', async () => {
    parts.pruner.start()
    void reportStart(parts)
  })
}

/** The plugin, and what it would do in an environment. */
export interface SecureSessionPlugin extends FastifyPluginAsync<SecureSessionOptions> {
  /** Shows the configuration that the environment gives, without passwords. @throws {TypeError} naming every mistake at once. */
  fromEnv(env?: Readonly<Record<string, string | undefined>>): DescribedOptions
}

/**
 * Server-side sessions whose secret can change at any moment without one user being logged out.
 *
 * @example
 * await fastify.register(secureSession)
 * @throws {TypeError} naming every option that is wrong.
 */
export const secureSession: SecureSessionPlugin = Object.assign(
  fastifyPlugin(register, { fastify: '5.x', name: '@keyturn/fastify-secure-session' }),
  { fromEnv: describeEnvironment },
)
