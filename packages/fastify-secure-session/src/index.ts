import './fastify-types.ts'

export { secureSession, secureSession as default } from './plugin.ts'
export type { SecureSessionOptions, SessionCookieOptions } from './options/secure-session-options.ts'
export type { SecureSession, SessionHealth } from './secure-session.ts'
export type { SignInOptions } from './session/request-session.ts'
export {
  InsecureConnectionError,
  NoSessionError,
  SessionStoreUnavailableError,
  StoreNotConfiguredError,
} from './errors.ts'
