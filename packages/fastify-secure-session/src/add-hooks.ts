import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import type { FastifyInstance } from 'fastify'
import { createChooseCookie } from './legacy/choose-cookie.ts'
import { createAdoptSession } from './hooks/adopt-session.ts'
import { createOpenSession } from './hooks/open-session.ts'
import { requestStateKey } from './hooks/request-state.ts'
import { createSaveSession, releaseSession } from './hooks/save-session.ts'
import { createOpenSealedCookie } from './stateless/open-sealed-cookie.ts'
import type { SessionParts } from './session-parts.ts'
import { createSignedInChecks } from './session/signed-in-checks.ts'
import { createSpanAnnotator } from './tracing/annotate-span.ts'

/** Two hooks of ours before those of @fastify/session, and two after them. */
export async function addHooks(fastify: FastifyInstance, parts: SessionParts): Promise<void> {
  const { options, fastifyStore, cookie, cookieRecords } = parts
  if (!fastify.hasPlugin('@fastify/cookie')) await fastify.register(fastifyCookie)
  fastify.decorateRequest(requestStateKey, null)
  if (cookie.oldName !== undefined) fastify.addHook('onRequest', createChooseCookie(parts))
  fastify.addHook('onRequest', cookieRecords === undefined ? createOpenSession(parts) : createOpenSealedCookie({ ...parts, cookieRecords }))
  fastify.addHook('onSend', createSaveSession(parts))
  await fastify.register(fastifySession, {
    secret: fastifyStore.signer,
    store: fastifyStore,
    cookieName: cookie.name,
    rolling: false,
    saveUninitialized: false,
    // @fastify/session writes into this object.
    cookie: {
      path: options.cookie.path,
      secure: options.cookie.secure,
      sameSite: options.cookie.sameSite,
      httpOnly: true,
      maxAge: options.idleTimeoutMs,
    },
  })
  const checks = createSignedInChecks({ ...parts, ...options })
  fastify.addHook('onRequest', createAdoptSession(checks, await createSpanAnnotator(parts.keyring)))
  fastify.addHook('onSend', releaseSession)
}
