import type { StoreKey } from '../store.ts'

/** Names of what the store keeps: plain ASCII, from which clients compute the slot of a Cluster. */
export interface RedisKeys {
  session(key: StoreKey): string
  owner(ownerTag: Buffer): string
  /** Name of a session in the index of its owner. */
  member(key: StoreKey): string
  fromMember(member: string): StoreKey
  /** What the name of every session begins with on the server. */
  readonly sessions: string
  /** Pattern of SCAN for every session. */
  readonly pattern: string
  /** `undefined` for a name that is none of a session. */
  fromName(name: string): StoreKey | undefined
}

/** 32 bytes as base64url. */
const MEMBER = /^[\w-]{43}$/

/** @param clientPrefix - What the client itself puts before keys, which SCAN neither adds nor takes away. */
export function createRedisKeys(prefix: string, clientPrefix: string): RedisKeys {
  const sessions = `${prefix}s:`
  const scanned = clientPrefix + sessions
  const member = (key: StoreKey): string => key.toString('base64url')
  return {
    session: (key) => sessions + member(key),
    owner: (ownerTag) => `${prefix}o:${ownerTag.toString('base64url')}`,
    member,
    fromMember: (name) => Buffer.from(name, 'base64url'),
    sessions: scanned,
    pattern: `${scanned.replaceAll(/[*?[\]\\^-]/g, '\\$&')}*`,
    fromName(name) {
      const rest = name.startsWith(scanned) ? name.slice(scanned.length) : ''
      return MEMBER.test(rest) ? Buffer.from(rest, 'base64url') : undefined
    },
  }
}
