import Bowser from 'bowser'

const UNKNOWN = 'unknown'
/** A User-Agent longer than any browser's is not worth parsing. */
const MAX_LENGTH = 1024
const MAX_REMEMBERED = 500
const families = new Map<string, string>()

/**
 * Browser and system of a User-Agent header, without versions: an update is no change.
 *
 * @returns Such as `Firefox on Windows`; `unknown` where nothing is recognised.
 */
export function agentFamily(userAgent: string | undefined): string {
  if (userAgent === undefined || userAgent === '' || userAgent.length > MAX_LENGTH) return UNKNOWN
  const known = families.get(userAgent)
  if (known !== undefined) return known
  const family = parse(userAgent)
  // Parsing costs more than the rest of a request; a few hundred agents make up nearly all of them.
  if (families.size >= MAX_REMEMBERED) families.clear()
  families.set(userAgent, family)
  return family
}

function parse(userAgent: string): string {
  const { browser, os } = Bowser.parse(userAgent)
  const names = [browser.name, os.name].filter((name) => name !== undefined && name !== '')
  return names.length === 0 ? UNKNOWN : names.join(' on ')
}
