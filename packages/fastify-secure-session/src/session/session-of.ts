import type { FastifyRequest } from 'fastify'
import { NoSessionError } from '../errors.ts'

/** `request.session`, with what one part of an application keeps in it. */
export type SessionOf<Data extends object> = FastifyRequest['session'] & Partial<Data>

/**
 * The session of a request, typed for one part of an application: where several scopes keep different things, module
 * augmentation would show all of them everywhere. Every name may be missing, for sessions begin empty.
 *
 * @example
 * const { basket = [] } = sessionOf<{ basket: string[] }>(request)
 * @throws {NoSessionError} KEYTURN_NO_SESSION: none was made for this request, or the application destroyed it.
 */
export function sessionOf<Data extends object>(request: FastifyRequest): SessionOf<Data> {
  const session: object | null = request.session
  if (session === null || !('sessionId' in session)) throw new NoSessionError()
  return request.session as SessionOf<Data>
}
