import type { FastifyInstance } from 'fastify'
import { page } from '../page/page.ts'
import { type PageSources, pageState } from '../state/gather-page-state.ts'

export async function homeRoutes(app: FastifyInstance, sources: PageSources): Promise<void> {
  app.get('/', async (request, reply) => {
    const state = await pageState(request, sources)
    return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page(state))
  })
}
