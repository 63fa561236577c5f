import type { EpochMs } from '@keyturn/token-crypto'

const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/

/**
 * Reads `2026-03-01` (midnight UTC) or a date and time with a zone, `2026-03-01T12:00:00Z`.
 *
 * @returns `undefined` for anything else: a local time would mean another moment on each machine.
 */
export function parseDate(text: string): EpochMs | undefined {
  if (!DATE.test(text)) return undefined
  const time = Date.parse(text)
  if (Number.isNaN(time)) return undefined
  // Date.parse lets 30 February be 2 March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  return day.toISOString().startsWith(text.slice(0, 10)) ? time : undefined
}

export function formatDate(time: EpochMs): string {
  return new Date(time).toISOString()
}
