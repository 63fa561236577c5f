export interface SampleSession {
  readonly user: { readonly id: string; readonly name: string; readonly email: string; readonly roles: readonly string[] }
  readonly preferences: { readonly theme: string; readonly language: string; readonly timeZone: string }
  readonly basket: readonly { readonly article: string; readonly quantity: number; readonly priceCents: number }[]
  readonly note: string
}

/** What the session of a shop's customer may hold. `count` is the field that R2 changes. */
export interface BenchSession extends Partial<SampleSession> {
  count?: number
}

type Filling = Omit<SampleSession, 'user'>

const FILLED = 0.8
const fillings = new Map<string, Filling>()

/**
 * A session whose JSON has exactly `bytes` bytes: a few nested objects, as many articles as fill most of it, and a text.
 *
 * @throws {RangeError} The frame alone is longer.
 */
export function createSampleSession(userId: string, bytes: number): SampleSession {
  const user = { id: userId, name: 'Ada Lovelace', email: `${userId}@example.org`, roles: ['customer', 'editor'] }
  // Made once for a length: it is no work of a session, and would hide the differences between them.
  const name = `${userId.length} ${bytes}`
  const filling = fillings.get(name) ?? createFilling(user, bytes)
  fillings.set(name, filling)
  return { user, ...filling, basket: filling.basket.map((article) => ({ ...article })) }
}

function createFilling(user: SampleSession['user'], bytes: number): Filling {
  const basket: { article: string; quantity: number; priceCents: number }[] = []
  const filling = { preferences: { theme: 'dark', language: 'en-GB', timeZone: 'Europe/London' }, basket, note: '' }
  const length = (): number => Buffer.byteLength(JSON.stringify({ user, ...filling }))
  for (let number = 1; length() < bytes * FILLED; number++) {
    basket.push({ article: `article-${1000 + number}`, quantity: number % 7, priceCents: 1999 })
  }
  const missing = bytes - length()
  if (missing < 0) throw new RangeError(`A sample session needs at least ${bytes - missing} bytes`)
  return { ...filling, note: 'n'.repeat(missing) }
}

let signedIn = 0

/** A new user for each sign-in, so that an owner index grows as it would. */
export function nextUserId(): string {
  signedIn++
  return `user-${String(signedIn).padStart(8, '0')}`
}
