import type { FastifyReply } from 'fastify'
import type { ResolvedCookieOptions } from '../options/resolved-options.ts'

/** The session cookie on its way to the browser: set and cleared with the same attributes, or it would not match. */
export interface SessionCookie {
  readonly name: string
  /** Name under which the application before this one set its own, while that is taken too. */
  readonly oldName?: string
  issue(reply: FastifyReply, signedId: string, expiresAt: number): void
  clear(reply: FastifyReply): void
}

export function createSessionCookie({ name, domain, path, secure, sameSite }: ResolvedCookieOptions): SessionCookie {
  const attributes = { path, httpOnly: true, secure, sameSite, ...(domain === undefined ? {} : { domain }) }
  return {
    name,
    issue(reply, signedId, expiresAt) {
      reply.setCookie(name, signedId, { ...attributes, expires: new Date(expiresAt) })
    },
    clear(reply) {
      reply.clearCookie(name, attributes)
    },
  }
}
