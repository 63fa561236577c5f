import type { FastifyRequest } from 'fastify'
import { agentFamily } from './agent-family.ts'
import { type ClientFacts, isSameNetwork } from './client-facts.ts'

/** What of the client is not as it was when the user signed in. */
export type ClientChange = 'address' | 'agent'

/** `note`: an event and a log line. `reauthenticate`: nobody is signed in until `request.reauthenticate()`. `end`: the session ends. */
export type ClientChangeAnswer = 'note' | 'reauthenticate' | 'end'

export interface ClientChangeContext {
  readonly changes: readonly ClientChange[]
  readonly before: ClientFacts
  readonly now: ClientFacts
}

/** An answer, or a function that gives one; `'ignore'` lets it pass. */
export type ClientChangePolicy =
  | ClientChangeAnswer
  | ((context: ClientChangeContext, request: FastifyRequest) => ClientChangeAnswer | 'ignore')

export function readClient(request: FastifyRequest): ClientFacts {
  return { address: request.ip, agent: agentFamily(request.headers['user-agent']) }
}

/** Cheap where nothing changed: the same texts need no parsing of addresses. */
export function findChanges(before: ClientFacts, now: ClientFacts): ClientChange[] {
  const changes: ClientChange[] = []
  if (before.address !== now.address && !isSameNetwork(before.address, now.address)) changes.push('address')
  if (before.agent !== now.agent) changes.push('agent')
  return changes
}
