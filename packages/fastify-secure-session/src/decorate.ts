import type { FastifyInstance } from 'fastify'
import { createSecureSession } from './secure-session.ts'
import type { SessionParts } from './session-parts.ts'
import { createRequestSession } from './session/request-session.ts'

/** Puts `secureSession` on the application, and what belongs to a session on its requests. */
export function decorate(fastify: FastifyInstance, parts: SessionParts): void {
  const session = createRequestSession(parts)
  fastify.decorate('secureSession', createSecureSession(parts))
  fastify.decorateRequest('signIn', async function (userId, options) {
    session.signIn(this, userId, options)
  })
  fastify.decorateRequest('reauthenticate', async function () {
    session.reauthenticate(this)
  })
  fastify.decorateRequest('signOut', function () {
    return session.signOut(this)
  })
  fastify.decorateRequest('signedInUserId', {
    getter() {
      return session.userId(this)
    },
  })
  fastify.decorateRequest('signedInAt', {
    getter() {
      return session.signedInAt(this)
    },
  })
  fastify.decorateRequest('challengedUserId', {
    getter() {
      return session.challengedUserId(this)
    },
  })
}
