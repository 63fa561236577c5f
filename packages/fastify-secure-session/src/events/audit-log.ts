import type { FastifyBaseLogger } from 'fastify'
import type { SessionEventSink, SessionEventType } from './session-events.ts'

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
export function createAuditLog(log: FastifyBaseLogger): SessionEventSink {
  return {
    wants: (type) => isEnabled(log, LEVELS[type]),
    onEvent({ type, at: _at, ...event }) {
      log[LEVELS[type]]({ sessionEvent: type, ...event }, `session ${type}`)
    },
  }
}

/** A logger that is not pino may not tell; the one of `logger: false` has the same empty function for each level. */
function isEnabled(log: FastifyBaseLogger & { isLevelEnabled?: (level: string) => boolean }, level: 'debug' | 'info' | 'warn'): boolean {
  return log.isLevelEnabled?.(level) ?? log[level] !== log.fatal
}
