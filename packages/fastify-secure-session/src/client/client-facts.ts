import { BlockList, isIP, isIPv6 } from 'node:net'

/** What is remembered of the browser that a user signed in with; sealed with the session. */
export interface ClientFacts {
  /** Address as Fastify sees it: behind a proxy only with `trustProxy`. */
  readonly address: string
  /** Browser and system without versions, such as `Firefox on Windows`. */
  readonly agent: string
}

// A home or an office keeps these bits while its last ones move; a carrier may move more.
const SAME_NETWORK_BITS = { ipv4: 24, ipv6: 48 } as const

/** Whether two addresses are of one network: IPv4 /24, IPv6 /48. */
export function isSameNetwork(one: string, other: string): boolean {
  const [a, b] = [unmapped(one), unmapped(other)]
  if (isIP(a) === 0 || isIP(a) !== isIP(b)) return a === b
  const family = isIPv6(a) ? 'ipv6' : 'ipv4'
  const network = new BlockList()
  network.addSubnet(withoutZone(a), SAME_NETWORK_BITS[family], family)
  return network.check(withoutZone(b), family)
}

/** An IPv4 client on a socket that listens for both comes as `::ffff:192.0.2.1`. */
function unmapped(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address
}

function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? address
}
