// In this order: each of them also claims to be the ones after it.
const BROWSERS = [
  { sign: /\bFirefox\//, name: 'Firefox' },
  { sign: /\bEdgA?\//, name: 'Edge' },
  { sign: /\bOPR\//, name: 'Opera' },
  { sign: /\bChrom(e|ium)\/|\bHeadlessChrome\//, name: 'Chrome' },
  { sign: /\bSafari\//, name: 'Safari' },
]
const SYSTEMS = [
  { sign: /\bAndroid\b/, name: 'Android' },
  { sign: /\b(iPhone|iPad)\b/, name: 'iOS' },
  { sign: /\bWindows\b/, name: 'Windows' },
  { sign: /\bMac OS X\b/, name: 'macOS' },
  { sign: /\bLinux\b/, name: 'Linux' },
]

/** `Firefox on Linux`, for the list of sessions; no more of the header is kept. */
export function deviceName(userAgent = ''): string {
  const named = (list: typeof BROWSERS): string | undefined => list.find(({ sign }) => sign.test(userAgent))?.name
  return [named(BROWSERS) ?? 'A browser', named(SYSTEMS)].filter((name) => name !== undefined).join(' on ')
}
