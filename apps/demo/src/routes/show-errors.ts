import type { FastifyError, FastifyInstance } from 'fastify'
import { noticePage } from '../page/notice-page.ts'

const HTML = 'text/html; charset=utf-8'

/** Errors as pages: what a 4xx says is for the visitor, of anything else only the code. */
export function showErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error }, 'Request failed')
    const text = status === 500 ? 'Something failed; the terminal tells what.' : error.message
    return reply.code(status).type(HTML).send(noticePage({ title: 'That did not work', text, code: error.code }))
  })
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).type(HTML).send(noticePage({ title: 'Nothing here', text: 'This address has no page.' })))
}
