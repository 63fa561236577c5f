import type { FastifyBaseLogger } from 'fastify'
import type { SessionEvent, SessionEventType } from './session-events.ts'

const LEVELS: Readonly<Record<SessionEventType, 'debug' | 'info' | 'warn'>> = {
  created: 'debug',
  carried: 'debug',
  'signed-in': 'info',
  'signed-out': 'info',
  reauthenticated: 'info',
  ended: 'info',
  expired: 'debug',
  resigned: 'debug',
  suspicious: 'warn',
  refused: 'debug',
}

/** One line of the application's log for each event. */
export function writeAuditLog(log: FastifyBaseLogger, { type, at: _at, ...event }: SessionEvent): void {
  log[LEVELS[type]]({ sessionEvent: type, ...event }, `session ${type}`)
}
