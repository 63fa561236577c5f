import type { Profiler } from 'node:inspector'

export interface SelfTime {
  /** Function, or what V8 names in parentheses. */
  readonly name: string
  /** Package and file with line, or empty for what is not JavaScript. */
  readonly place: string
  /** Share of the busy time, 0 to 1. */
  readonly share: number
}

const WAITING = new Set(['(idle)', '(root)'])

/** Where time was spent itself, not in what was called, most first. */
export function selfTimes(profile: Profiler.Profile): SelfTime[] {
  const byId = new Map(profile.nodes.map((node) => [node.id, node.callFrame]))
  const micros = new Map<string, { name: string; place: string; sum: number }>()
  let busy = 0
  profile.samples?.forEach((id, index) => {
    const frame = byId.get(id)
    const delta = profile.timeDeltas?.[index] ?? 0
    if (frame === undefined || WAITING.has(frame.functionName)) return
    busy += delta
    const [name, place] = [frame.functionName === '' ? '(anonymous)' : frame.functionName, placeOf(frame)]
    const entry = micros.get(`${name} ${place}`) ?? { name, place, sum: 0 }
    entry.sum += delta
    micros.set(`${name} ${place}`, entry)
  })
  return [...micros.values()].map(({ name, place, sum }) => ({ name, place, share: sum / busy })).toSorted((a, b) => b.share - a.share)
}

/** The same, by package. */
export function selfTimeByPackage(times: readonly SelfTime[]): { readonly name: string; readonly share: number }[] {
  const shares = new Map<string, number>()
  for (const { name, place, share } of times) {
    const owner = place === '' ? `V8 and native: ${name}` : packageOf(place)
    shares.set(owner, (shares.get(owner) ?? 0) + share)
  }
  return [...shares].map(([name, share]) => ({ name, share })).toSorted((a, b) => b.share - a.share)
}

function placeOf({ url, lineNumber }: Profiler.Profile['nodes'][number]['callFrame']): string {
  if (url === '') return ''
  const path = url
    .replace(/^file:\/\//, '')
    .replace(/^.*\/node_modules\//, '')
    .replace(/^.*\/packages\//, '@keyturn/')
    .replace(/^.*\/apps\//, '')
  return `${path}:${lineNumber + 1}`
}

function packageOf(place: string): string {
  if (place.startsWith('node:')) return 'node'
  const parts = place.split('/')
  return parts.slice(0, place.startsWith('@') ? 2 : 1).join('/')
}
