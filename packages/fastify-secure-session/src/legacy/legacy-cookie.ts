import type { LegacyBridge } from '@keyturn/migration'
import type { FastifyReply } from 'fastify'
import type { SessionCookie } from '../session/session-cookie.ts'

interface LegacyCookieParts {
  readonly own: SessionCookie
  readonly old: SessionCookie
  readonly bridge: LegacyBridge
}

/** Under the old application's name as long as it is signed as the old application does it, afterwards under our own. */
export function createLegacyCookie({ own, old, bridge }: LegacyCookieParts): SessionCookie {
  const written = (): readonly [SessionCookie, SessionCookie] => (bridge.signsAsBefore() ? [old, own] : [own, old])
  return {
    name: own.name,
    oldName: old.name,
    issue(reply, signedId, expiresAt) {
      const [today, other] = written()
      today.issue(reply, signedId, expiresAt)
      // The browser would go on sending both, and one of them would be the older.
      if (wasSent(reply, other.name)) other.clear(reply)
    },
    clear(reply) {
      for (const cookie of written()) if (wasSent(reply, cookie.name)) cookie.clear(reply)
    },
  }
}

/** As the browser sent them: the parsed ones were rewritten since. */
function wasSent(reply: FastifyReply, name: string): boolean {
  const { request } = reply
  const { cookie } = request.headers
  return cookie !== undefined && Object.hasOwn(request.server.parseCookie(cookie), name)
}
