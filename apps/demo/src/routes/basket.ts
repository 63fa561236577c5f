import type { FastifyInstance } from 'fastify'
import { pathAfter } from '../page/deed.ts'
import { FRUIT } from '../page/session-panel.ts'

const body = { type: 'object', required: ['item'], properties: { item: { type: 'string', enum: FRUIT } } }

export async function basketRoutes(app: FastifyInstance): Promise<void> {
  app.post<{ Body: { item: (typeof FRUIT)[number] } }>('/basket', { schema: { body } }, async (request, reply) => {
    const { item } = request.body
    const basket = request.session.basket ?? {}
    request.session.basket = { ...basket, [item]: (basket[item] ?? 0) + 1 }
    return reply.redirect(pathAfter('basket'), 303)
  })
}
