import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type Express, type RequestHandler, type Response } from 'express'
import { control } from './control.ts'
import { type BenchSession, createSampleSession, nextUserId } from './sample-session.ts'

declare module 'express-session' {
  interface SessionData extends BenchSession {}
}

/** Listens on a free port with the routes of every server and obeys the harness. */
export async function serveExpress(sessions: RequestHandler): Promise<void> {
  const app = express()
  app.use(sessions)
  addRoutes(app)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
  }
  control({ port: (server.address() as AddressInfo).port, close })
}

function addRoutes(app: Express): void {
  app.get('/read', ({ session }, response) => {
    if (session.user === undefined) refuse(response)
    else response.json({ name: session.user.name })
  })

  app.get('/whole', ({ session: { user, preferences, basket, note, count } }, response) => {
    response.json({ user, preferences, basket, note, count })
  })

  app.get('/anonymous', ({ session }, response) => {
    response.json({ name: session.user?.name ?? null })
  })

  app.post('/change', ({ session }, response) => {
    if (session.user === undefined) {
      refuse(response)
      return
    }
    session.count = (session.count ?? 0) + 1
    response.json({ count: session.count })
  })

  app.post('/sign-in', ({ session, query }, response) => {
    const userId = nextUserId()
    Object.assign(session, createSampleSession(userId, Number(query['bytes'])))
    response.json({ userId })
  })
}

function refuse(response: Response): void {
  response.status(401).json({ error: 'not signed in' })
}
