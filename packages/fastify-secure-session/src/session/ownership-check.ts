import type { FastifyRequest } from 'fastify'

/** Whether this user may still use sessions: `false` ends the one that asks. An error refuses the request and ends nothing. */
export type OwnershipCheck = (userId: string, request: FastifyRequest) => boolean | Promise<boolean>
