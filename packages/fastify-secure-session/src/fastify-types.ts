import type { SecureSession } from './secure-session.ts'
import type { SignInOptions } from './session/request-session.ts'

declare module 'fastify' {
  interface FastifyInstance {
    secureSession: SecureSession
  }

  interface FastifyRequest {
    /**
     * Signs a user in: a new session id, and a session that belongs to this user.
     *
     * @param userId - The application's own id of the user; at rest only a keyed hash of it is to be seen.
     * @throws {InsecureConnectionError} KEYTURN_INSECURE_CONNECTION: the cookie is Secure and the request plain HTTP.
     */
    signIn(userId: string, options?: SignInOptions): Promise<void>
    /**
     * Ends this session: the record now, the cookie with the reply.
     *
     * @throws {SessionStoreUnavailableError} KEYTURN_SESSION_STORE_UNAVAILABLE: the session may still be alive.
     */
    signOut(): Promise<void>
    /** Who signed in; `undefined` for anonymous requests. */
    readonly signedInUserId: string | undefined
  }
}
