import { html, type Markup } from './html.ts'

const STEPS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1000 },
] as const

const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** `12 seconds ago`, `in 30 days`: the largest unit of which there is at least one. */
export function relativeTime(at: number, now: number): string {
  const apart = at - now
  const step = STEPS.find(({ ms }) => Math.abs(apart) >= ms) ?? STEPS[STEPS.length - 1]
  return words.format(Math.round(apart / (step?.ms ?? 1000)), step?.unit ?? 'second')
}

/** A time in words, with the exact one behind it; the page's script keeps the words right. */
export function time(at: number, now: number): Markup {
  const exact = new Date(at).toISOString()
  return html`<time datetime="${exact}" title="${exact}">${relativeTime(at, now)}</time>`
}
