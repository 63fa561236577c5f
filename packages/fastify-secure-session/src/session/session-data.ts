// @fastify/session's own names, and the one name that would change a session's prototype when copied.
const RESERVED = new Set(['cookie', 'sessionId', 'encryptedSessionId', '__proto__'])

export function isReserved(name: string): boolean {
  return RESERVED.has(name)
}

/** What the application put into its session: own enumerable properties, without @fastify/session's. */
export function dataOf(session: object): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(session)) if (!RESERVED.has(key)) data[key] = value
  return data
}

/**
 * One comparison with the JSON text that was loaded tells whether a request changed its session.
 *
 * @param loadedText - `undefined` for a session that is not stored: it changes as soon as it holds something.
 */
export function isChanged(data: Record<string, unknown>, loadedText = '{}'): boolean {
  try {
    return JSON.stringify(data) !== loadedText
  } catch {
    // A BigInt or a circular value: saving says which, under its code.
    return true
  }
}
