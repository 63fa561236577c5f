import type { FastifyReply, FastifyRequest } from 'fastify'

/** Sends visitors who are not signed in back to where they can do so. */
export async function requireUser(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  return request.signedInUserId === undefined ? reply.redirect('/', 303) : undefined
}
