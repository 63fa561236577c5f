/** The cookie of one browser: what the server sets replaces what was there. */
export interface CookieJar {
  /** Value of the Cookie header. */
  header: string
}

/**
 * Takes over what a response sets.
 *
 * @param rawHeaders - Names and values in turn, as they came.
 * @returns Whether the header is another one now.
 */
export function takeCookies(jar: CookieJar, rawHeaders: readonly string[]): boolean {
  let changed = false
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!isSetCookie(rawHeaders[at])) continue
    const value = rawHeaders[at + 1] ?? ''
    const end = value.indexOf(';')
    const pair = end === -1 ? value : value.slice(0, end)
    if (pair === jar.header) continue
    jar.header = pair
    changed = true
  }
  return changed
}

function isSetCookie(name: string | undefined): boolean {
  return name !== undefined && name.length === 10 && name.toLowerCase() === 'set-cookie'
}
