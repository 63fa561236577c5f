import type { FastifyRequest } from 'fastify'
import { type ClientChangeAnswer, type ClientChangePolicy, findChanges, readClient } from '../client/client-change.ts'
import type { SessionEvents } from '../events/session-events.ts'
import { stateOf } from '../hooks/request-state.ts'
import type { FastifySessionStore } from './fastify-session-store.ts'
import type { OwnershipCheck } from './ownership-check.ts'
import type { SessionEntry } from './session-entry.ts'
import { clientOf } from './session-meta.ts'
import type { SessionRecords } from './session-records.ts'
import { startSession } from './start-session.ts'

/** Looks at a session somebody is signed in to, before any handler sees it. */
export interface SignedInChecks {
  /** `undefined` where nothing had to wait. */
  run(request: FastifyRequest, entry: SessionEntry): Promise<void> | undefined
}

interface SignedInChecksOptions {
  readonly records: SessionRecords
  readonly fastifyStore: FastifySessionStore
  readonly events: SessionEvents
  /** `undefined`: clients are not compared. */
  readonly clientChange: ClientChangePolicy | undefined
  readonly verifyOwner: OwnershipCheck | undefined
}

export function createSignedInChecks({ records, fastifyStore, events, clientChange, verifyOwner }: SignedInChecksOptions): SignedInChecks {
  return {
    run(request, entry) {
      const ended = clientChange === undefined ? undefined : checkClient(request, entry, clientChange)
      if (verifyOwner === undefined || ended !== undefined) return ended
      return checkOwner(request, entry, verifyOwner)
    },
  }

  function checkClient(request: FastifyRequest, entry: SessionEntry, policy: ClientChangePolicy): Promise<void> | undefined {
    const before = clientOf(entry.meta)
    if (before === undefined) return undefined
    const now = readClient(request)
    const changes = findChanges(before, now)
    if (changes.length === 0) return undefined
    const answer = typeof policy === 'function' ? policy({ changes, before, now }, request) : policy
    if (answer === 'ignore') return undefined
    events.emit('suspicious', { id: entry.loaded?.id ?? '', userId: entry.meta.userId, changes })
    return apply(answer, request, entry, { ...now })
  }

  function apply(answer: ClientChangeAnswer, request: FastifyRequest, entry: SessionEntry, client: { address: string; agent: string }): Promise<void> | undefined {
    if (answer === 'end') return end(request, entry)
    // Remembered from now on, so that one change is noted once.
    entry.meta = answer === 'note' ? { ...entry.meta, client } : { ...entry.meta, challenged: true }
    entry.metaChanged = true
    return undefined
  }

  async function checkOwner(request: FastifyRequest, entry: SessionEntry, verify: OwnershipCheck): Promise<void> {
    // Anything but a plain yes ends the session, also from a check that is not typed. One that throws is an error reply.
    const answer: unknown = await verify(entry.meta.userId ?? '', request)
    if (answer === true) return
    await end(request, entry)
  }

  async function end(request: FastifyRequest, { loaded, meta }: SessionEntry): Promise<void> {
    if (loaded !== undefined) await records.end(loaded.id)
    events.emit('ended', { id: loaded?.id ?? '', userId: meta.userId })
    startSession(request, fastifyStore)
    const state = stateOf(request)
    if (state !== undefined) state.clear = true
  }
}
