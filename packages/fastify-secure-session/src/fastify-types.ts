/// <reference types="@fastify/cookie" preserve="true" />
/// <reference types="@fastify/session" preserve="true" />
import type { SecureSession } from './secure-session.ts'
import type { SignInOptions } from './session/request-session.ts'

/** What the plugin adds to every request, beside `session` of @fastify/session. */
export interface SecureSessionRequest {
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
  /**
   * Gives this session a new id after its user proved again who it is: before a change of privilege, and after
   * `challengedUserId` was there.
   *
   * @throws {NotSignedInError} KEYTURN_NOT_SIGNED_IN: nobody is or was signed in.
   */
  reauthenticate(): Promise<void>
  /** Who signed in, while the client changed and the policy asks to prove it again; nobody is signed in meanwhile. */
  readonly challengedUserId: string | undefined
  /** When this user last proved who it is, by `signIn` or `reauthenticate`, epoch milliseconds; `undefined` where nobody is signed in. */
  readonly signedInAt: number | undefined
  /** Who signed in; `undefined` for anonymous requests. */
  readonly signedInUserId: string | undefined
}

declare module 'fastify' {
  interface FastifyInstance {
    secureSession: SecureSession
  }

  interface FastifyRequest extends SecureSessionRequest {}

  interface FastifyContextConfig {
    /** `false`: this route reads no session, so that it answers while the store is down. */
    secureSession?: false
  }
}
