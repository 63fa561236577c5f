import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { createSealedSessions } from '@keyturn/session-stores'
import { createCookieSigner, systemClock } from '@keyturn/token-crypto'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { writeAuditLog } from './events/audit-log.ts'
import { createSessionEvents } from './events/session-events.ts'
import { createAdoptSession } from './hooks/adopt-session.ts'
import { createOpenSession } from './hooks/open-session.ts'
import { requestStateKey } from './hooks/request-state.ts'
import { createSaveSession, releaseSession } from './hooks/save-session.ts'
import { openSecrets } from './open-secrets.ts'
import { openStore } from './open-store.ts'
import { type DescribedOptions, describeEnvironment } from './options/describe-options.ts'
import { resolveOptions } from './options/resolve-options.ts'
import type { SecureSessionOptions } from './options/secure-session-options.ts'
import { createSecureSession } from './secure-session.ts'
import { createFastifySessionStore } from './session/fastify-session-store.ts'
import { createRequestSession, type RequestSession } from './session/request-session.ts'
import { createSessionCookie } from './session/session-cookie.ts'
import { createSessionLifetime } from './session/session-lifetime.ts'
import { createSessionRecords } from './session/session-records.ts'
import { createSignedInChecks } from './session/signed-in-checks.ts'

const clock = systemClock

async function register(fastify: FastifyInstance, written: SecureSessionOptions): Promise<void> {
  const options = resolveOptions(written)
  const { log } = fastify
  const store = openStore(options, log)
  const manager = await openSecrets(options, log)
  const { keyring } = manager
  const sealed = createSealedSessions({ store: store.store, keyring, clock })
  const lifetime = createSessionLifetime(options)
  const events = createSessionEvents(keyring, clock)
  const records = createSessionRecords({ sealed, lifetime, clock, events, log })
  const signer = createCookieSigner(keyring)
  const cookie = createSessionCookie(options.cookie)
  const sessionStore = createFastifySessionStore(records, options.idleTimeoutMs)
  const cookieIsSecure = options.cookie.secure

  if (!fastify.hasPlugin('@fastify/cookie')) await fastify.register(fastifyCookie)
  fastify.decorateRequest(requestStateKey, null)
  fastify.addHook('onRequest', createOpenSession({ cookieName: cookie.name, signer, keyring, records, store: sessionStore, events }))
  fastify.addHook('onSend', createSaveSession({ signer, records, lifetime, cookie, cookieIsSecure, events, log, now: clock.now }))
  await fastify.register(fastifySession, {
    secret: signer,
    store: sessionStore,
    cookieName: cookie.name,
    rolling: false,
    saveUninitialized: false,
    // @fastify/session writes into this object.
    cookie: { path: options.cookie.path, secure: cookieIsSecure, httpOnly: true, sameSite: options.cookie.sameSite, maxAge: options.idleTimeoutMs },
  })
  fastify.addHook('onRequest', createAdoptSession(createSignedInChecks({ records, events, clientChange: options.clientChange, verifyOwner: options.verifyOwner })))
  fastify.addHook('onSend', releaseSession)

  decorate(fastify, createRequestSession({ records, events, clock, cookieIsSecure, trackClients: options.trackClients }))
  events.onEvent((event) => writeAuditLog(log, event))
  if (options.onEvent !== undefined) events.onEvent(options.onEvent)
  fastify.decorate('secureSession', createSecureSession({ manager, store: store.store, sealed, events }))
  fastify.addHook('onClose', async () => {
    await records.settled()
    await Promise.all([store.close(), manager.close()])
  })
}

function decorate(fastify: FastifyInstance, session: RequestSession): void {
  fastify.decorateRequest('signIn', async function (userId, options) {
    session.signIn(this, userId, options)
  })
  fastify.decorateRequest('signOut', function () {
    return session.signOut(this)
  })
  fastify.decorateRequest('reauthenticate', async function () {
    session.reauthenticate(this)
  })
  fastify.decorateRequest('challengedUserId', {
    getter() {
      return session.challengedUserId(this)
    },
  })
  fastify.decorateRequest('signedInUserId', {
    getter() {
      return session.userId(this)
    },
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
