import type { FastifyReply, FastifyRequest } from 'fastify'
import { ForeignRequestError } from './errors.ts'

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])
const SAFE_METHODS = new Set(['GET', 'HEAD'])

/**
 * Refuses what another site made a browser send.
 *
 * The session cookie is SameSite=Lax, so another site's form does not carry it; but "site" leaves out the port, and
 * another program on this machine may serve pages too. Browsers write `Origin` on every POST and no page can change it:
 * host and port of ours, or nothing happens. On a loopback address the host must be a loopback name as well, or a site
 * whose name resolves to 127.0.0.1 would be of our origin.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function createSameOriginGuard(listenHost: string) {
  const loopback = LOOPBACK_NAMES.has(listenHost) || listenHost === '::1'

  return async function refuseForeignRequest(request: FastifyRequest, _reply: FastifyReply): Promise<void> {
    if (loopback && !LOOPBACK_NAMES.has(request.hostname)) throw new ForeignRequestError()
    if (SAFE_METHODS.has(request.method)) return
    const { origin } = request.headers
    if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== request.host) throw new ForeignRequestError()
  }
}
