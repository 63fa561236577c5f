import type { ChainStatus, LinkStatus } from './chain-status.ts'
import type { ChainLinks } from './failover-options.ts'
import type { Helm } from './helm.ts'
import type { Mirror } from './mirror.ts'

export interface DescribedChain {
  readonly chain: ChainLinks
  readonly helm: Helm
  readonly mirror: Mirror | undefined
}

export function describeChain({ chain, helm, mirror }: DescribedChain): ChainStatus {
  const serving = chain[helm.heading] ?? chain.first
  const { pending = 0, oldestPendingMs, dropped = 0 } = mirror ?? {}
  const behind = chain.second !== undefined && helm.isBehind
  const links = chain.all.map((link, position): LinkStatus => {
    const breaker = link === chain.first ? helm.breakers.first : link === chain.second ? helm.breakers.second : undefined
    const { state = 'closed', since = 0, reason } = breaker ?? {}
    return { name: link.name, position, state, since, reason }
  })
  return {
    serving: serving.name,
    degraded: serving !== chain.first || behind,
    links,
    mirror: { pending, oldestPendingMs, dropped, behind },
  }
}
