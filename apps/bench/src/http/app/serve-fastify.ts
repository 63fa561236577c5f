import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { control } from './control.ts'

/** Listens on a free port and obeys the harness. */
export async function serveFastify(app: FastifyInstance, { rotate }: { readonly rotate?: () => Promise<void> } = {}): Promise<void> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  control({ port, ...(rotate === undefined ? {} : { rotate }), close: () => app.close() })
}
