import type { SecretEvent, SecretEventType } from './events.ts'

/** What pino, console-like loggers and Fastify's logger have in common. */
export interface EventLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

const MESSAGES: Readonly<Record<SecretEventType, string>> = {
  loaded: 'session secret loaded',
  created: 'session secret created',
  changed: 'session secret changed at its source',
  staged: 'new session secret staged: accepted, does not sign yet',
  promoted: 'new session secret promoted: it signs from now on',
  retired: 'session secret retired: no longer accepted',
  compromised: 'session secret dropped as compromised',
  'refresh-failed': 'session secret could not be refreshed; going on with the last one',
  'rotation-failed': 'scheduled rotation of the session secret failed; it is tried again',
  recovered: 'session secret source answers again',
  'due-soon': 'session secret is soon due for rotation',
  overdue: 'session secret is overdue for rotation',
  warning: 'session secret needs attention',
  closed: 'session secret manager closed',
}

const WARN: readonly SecretEventType[] = ['refresh-failed', 'due-soon', 'warning', 'compromised']
const ERROR: readonly SecretEventType[] = ['rotation-failed', 'overdue']

export function logEvent(logger: EventLogger, event: SecretEvent): void {
  const level = ERROR.includes(event.type) ? 'error' : WARN.includes(event.type) ? 'warn' : 'info'
  const { type, at: _at, ...fields } = event
  logger[level]({ secretEvent: type, ...fields }, MESSAGES[type])
}
