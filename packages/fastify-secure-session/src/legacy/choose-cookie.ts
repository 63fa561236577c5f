import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SessionParts } from '../session-parts.ts'

type Done = (error?: Error) => void
type ChooseCookieParts = Pick<SessionParts, 'cookie' | 'signer' | 'records'>

/**
 * Before all other hooks: presents a cookie of the old application as if it had our name. A browser that has both was
 * at the old application last, if that session lives; else what it has of us counts.
 */
export function createChooseCookie({ cookie: { name, oldName }, signer, records }: ChooseCookieParts) {
  async function isLive(signedId: string): Promise<boolean> {
    const { valid, value } = signer.unsign(signedId)
    return valid && value !== null && (await records.open(value)).kind === 'live'
  }

  return function chooseCookie(request: FastifyRequest, _reply: FastifyReply, done: Done): void {
    const cookies = (request.cookies ??= request.server.parseCookie(request.headers.cookie ?? ''))
    const old = oldName === undefined ? undefined : cookies[oldName]
    if (old === undefined || request.routeOptions.config.secureSession === false) {
      done()
      return
    }
    if (cookies[name] === undefined) {
      cookies[name] = old
      done()
      return
    }
    isLive(old).then((live) => {
      if (live) cookies[name] = old
      done()
    }, done)
  }
}
