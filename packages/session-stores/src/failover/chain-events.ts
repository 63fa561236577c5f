import { channel } from 'node:diagnostics_channel'
import type { EpochMs } from '@keyturn/token-crypto'

/** Name of the `node:diagnostics_channel` that every {@link ChainEvent} of the process is published on. */
export const CHAIN_EVENTS_CHANNEL = 'keyturn:chain'

/** What happened to a chain. Names links, never sessions or users. */
export type ChainEvent = { readonly at: EpochMs; readonly chain: string } & ChainNews

export type ChainNews =
  /** A link failed; `reason` is the code of the engine or the system. */
  | { readonly type: 'link-lost'; readonly link: string; readonly reason: string }
  /** A link answers again. */
  | { readonly type: 'link-recovered'; readonly link: string }
  /** Another link serves from now on. */
  | { readonly type: 'serving'; readonly link: string }
  /** Sessions are served from a link that ends with this process and that no other process sees. */
  | { readonly type: 'memory-serving'; readonly link: string }
  /** A link was brought up: sessions that were written to it, and sessions that had ended without it. */
  | { readonly type: 'reconciled'; readonly link: string; readonly moved: number; readonly ended: number }
  /** The second link lacks what the first has: it is no fall-back until it was caught up with. */
  | { readonly type: 'mirror-behind'; readonly link: string; readonly pending: number }
  | { readonly type: 'mirror-caught-up'; readonly link: string }

export type TellNews = (news: ChainNews) => void

export interface NewsOptions {
  readonly chain: string
  readonly now: () => EpochMs
  readonly onEvent: ((event: ChainEvent) => void) | undefined
}

export function createNews({ chain, now, onEvent }: NewsOptions): TellNews {
  const published = channel(CHAIN_EVENTS_CHANNEL)
  return (news) => {
    if (onEvent === undefined && !published.hasSubscribers) return
    const event = Object.freeze({ at: now(), chain, ...news })
    published.publish(event)
    try {
      onEvent?.(event)
    } catch (error) {
      // A faulty listener must not stop a change of links.
      process.emitWarning(error instanceof Error ? error : String(error))
    }
  }
}
