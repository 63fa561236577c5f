// @fastify/session's own names, and the one name that would change a session's prototype when copied.
const RESERVED = new Set(['cookie', 'sessionId', 'encryptedSessionId', '__proto__'])

export function isReserved(name: string): boolean {
  return RESERVED.has(name)
}

/** What the application put into its session: own enumerable properties, without @fastify/session's. */
export function dataOf(session: object): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const name of Object.keys(session)) if (!RESERVED.has(name)) data[name] = (session as Record<string, unknown>)[name]
  return data
}
