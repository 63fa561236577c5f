import type { FastifyReply, FastifyRequest } from 'fastify'

/** A limit does not parse: its cookie is all there is in the header. */
export function keyOf({ headers: { cookie } }: FastifyRequest): string {
  return cookie?.slice('key='.length) ?? ''
}

export function giveKey(reply: FastifyReply, key: string): FastifyReply {
  return reply.header('set-cookie', `key=${key}`).send({ userId: key })
}
