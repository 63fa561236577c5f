import type { ChainEvent, ChainStatus, FailoverStore } from '@keyturn/session-stores/failover'
import type * as promClient from 'prom-client'
import type { Counter, Gauge } from 'prom-client'

type PromClient = typeof promClient

const STATES = ['closed', 'open', 'half-open', 'reconciling'] as const

/** Counts what happened to a chain of stores. */
export interface ChainCounters {
  readonly metrics: readonly Counter[]
  onChainEvent(event: ChainEvent): void
}

export function createChainCounters({ Counter }: PromClient): ChainCounters {
  const events = new Counter({
    name: 'keyturn_session_chain_events_total',
    help: 'Steps of the chain of session stores by type, such as link-lost.',
    labelNames: ['type'],
    registers: [],
  })
  const reconciled = new Counter({
    name: 'keyturn_session_reconciled_total',
    help: 'Sessions that a store which came back was given (moved) or lost (ended) to be up to date.',
    labelNames: ['link', 'outcome'],
    registers: [],
  })
  return {
    metrics: [events, reconciled],
    onChainEvent(event) {
      events.inc({ type: event.type })
      if (event.type !== 'reconciled') return
      reconciled.inc({ link: event.link, outcome: 'moved' }, event.moved)
      reconciled.inc({ link: event.link, outcome: 'ended' }, event.ended)
    },
  }
}

/** Where the chain stands, read when metrics are collected. */
export function createChainGauges({ Gauge }: PromClient, chain: FailoverStore): Gauge[] {
  const state = new Gauge({
    name: 'keyturn_session_link_state',
    help: '1 for the state that a link of the chain is in.',
    labelNames: ['link', 'state'],
    registers: [],
    collect() {
      for (const link of chain.status().links) for (const name of STATES) this.set({ link: link.name, state: name }, Number(link.state === name))
    },
  })
  const serving = new Gauge({
    name: 'keyturn_session_link_serving',
    help: '1 for the link of the chain that serves sessions.',
    labelNames: ['link'],
    registers: [],
    collect() {
      const { links, serving: name } = chain.status()
      for (const link of links) this.set({ link: link.name }, Number(link.name === name))
    },
  })
  const single = (name: string, help: string, value: (status: ChainStatus) => number): Gauge =>
    new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(value(chain.status()))
      },
    })
  return [
    state,
    serving,
    single('keyturn_session_chain_degraded', '1 while another store than the first serves, or none could take over.', ({ degraded }) => Number(degraded)),
    single('keyturn_session_mirror_pending', 'Sessions that wait to be written to the second store.', ({ mirror }) => mirror.pending),
    single('keyturn_session_mirror_oldest_seconds', 'How long the oldest of them waits.', ({ mirror }) => (mirror.oldestPendingMs ?? 0) / 1000),
  ]
}
