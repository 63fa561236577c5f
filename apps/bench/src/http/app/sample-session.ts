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

const FILLED = 0.8

/**
 * A session whose JSON has exactly `bytes` bytes: a few nested objects, as many articles as fill most of it, and a text.
 *
 * @throws {RangeError} The frame alone is longer.
 */
export function createSampleSession(userId: string, bytes: number): SampleSession {
  const basket: { article: string; quantity: number; priceCents: number }[] = []
  const session = {
    user: { id: userId, name: 'Ada Lovelace', email: `${userId}@example.org`, roles: ['customer', 'editor'] },
    preferences: { theme: 'dark', language: 'en-GB', timeZone: 'Europe/London' },
    basket,
    note: '',
  }
  for (let number = 1; lengthOf(session) < bytes * FILLED; number++) {
    basket.push({ article: `article-${1000 + number}`, quantity: number % 7, priceCents: 1999 })
  }
  const missing = bytes - lengthOf(session)
  if (missing < 0) throw new RangeError(`A sample session needs at least ${bytes - missing} bytes`)
  return { ...session, note: 'n'.repeat(missing) }
}

function lengthOf(session: SampleSession): number {
  return Buffer.byteLength(JSON.stringify(session))
}

let signedIn = 0

/** A new user for each sign-in, so that an owner index grows as it would. */
export function nextUserId(): string {
  signedIn++
  return `user-${String(signedIn).padStart(8, '0')}`
}
