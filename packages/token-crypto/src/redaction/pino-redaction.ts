import type { Redactor } from './redactor.ts'

/** Options of pino that hide secrets: spread them into yours, or into Fastify's `logger`. */
export interface PinoRedaction {
  readonly hooks: {
    /** Sees the finished line: message, merged objects, errors with their causes, bindings of child loggers. */
    streamWrite(line: string): string
  }
}

/**
 * Redacts every line that pino writes, just before it is written.
 *
 * @see https://getpino.io/#/docs/api?id=streamwrite
 */
export function pinoRedaction(redactor: Redactor): PinoRedaction {
  return { hooks: { streamWrite: (line) => redactor.redactLine(line) } }
}
