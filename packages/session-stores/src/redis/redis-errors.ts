import { KeyturnError } from '@keyturn/token-crypto'
import { StoreFailedError, StoreUnavailableError } from '../errors.ts'

/** Replies of a server that cannot serve now. Another server of the group, or the same one later, can. */
const OUTAGES = new Set([
  'LOADING',
  'BUSY',
  'READONLY',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'MASTERDOWN',
  'NOREPLICAS',
  'MISCONF',
  'OOM',
  'MOVED',
  'ASK',
])

/** Nothing of the client's error is kept but its code: it carries the arguments of the command. */
export function toStoreError(error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error
  const { name, message, code } = error as { name?: string; message?: string; code?: unknown }
  if (name !== 'ReplyError') return new StoreUnavailableError('redis', typeof code === 'string' ? code : 'CONNECTION')
  const reply = replyCode(message ?? '')
  return OUTAGES.has(reply) ? new StoreUnavailableError('redis', reply) : new StoreFailedError('redis', reply)
}

export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** The first word, which Redis writes in capitals; the rest may quote a key. */
function replyCode(message: string): string {
  return /^[A-Z]{2,20}(?=\s|$)/.exec(message)?.[0] ?? 'ERR'
}
