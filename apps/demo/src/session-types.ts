import type { Basket } from './page/page-state.ts'

declare module 'fastify' {
  /** What this application keeps in a session. */
  interface Session {
    basket?: Basket
    /** Browser and system, as shown in the list of sessions. */
    device?: string
  }
}
