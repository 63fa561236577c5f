import type { ChainEvent } from '@keyturn/session-stores/failover'
import type { FastifyBaseLogger } from 'fastify'

/** One line of the application's log for each step of a chain of stores. */
export function writeChainLog(log: FastifyBaseLogger, event: ChainEvent): void {
  const { type, at: _at, chain: _chain, ...facts } = event
  const line = { chainEvent: type, ...facts }
  switch (event.type) {
    case 'link-lost':
      return log.warn(line, `The session store ${event.link} is out of reach`)
    case 'memory-serving':
      return log.warn(line, 'Sessions are served from the memory of this process: no other instance knows them, and they end with it')
    case 'mirror-behind':
      return log.warn(line, `${event.link} lacks sessions: nothing could take over from the first store until it has caught up`)
    case 'link-recovered':
      return log.info(line, `The session store ${event.link} answers again`)
    case 'serving':
      return log.info(line, `Sessions are served from ${event.link}`)
    case 'reconciled':
      return log.info(line, `${event.link} was brought up to date: ${event.moved} sessions moved, ${event.ended} ended`)
    case 'mirror-caught-up':
      return log.info(line, `${event.link} has all sessions again`)
  }
}
