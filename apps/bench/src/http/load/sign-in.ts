import { RequestsRefusedError } from '../errors.ts'
import { startBrowsers } from './browsers.ts'
import type { CookieJar } from './cookie-jar.ts'

interface SignInOptions {
  readonly url: string
  readonly count: number
  readonly sessionBytes: number
  readonly connections: number
}

/** Signs in so many new users; each gets a jar with the cookie. */
export async function signIn({ url, count, sessionBytes, connections }: SignInOptions): Promise<CookieJar[]> {
  const jars: CookieJar[] = []
  let refused = 0
  let broken = 0
  const browsers = startBrowsers({
    url,
    method: 'POST',
    path: `/sign-in?bytes=${sessionBytes}`,
    connections: Math.min(connections, count),
    amount: count,
    onResponse(status) {
      if (status < 200 || status > 299) refused++
    },
    onCookie: (header) => jars.push({ header }),
    onError: () => broken++,
  })
  await browsers.ended
  if (refused + broken > 0) throw new RequestsRefusedError(`Signing in ${count} users`, { refused, broken })
  return jars
}
