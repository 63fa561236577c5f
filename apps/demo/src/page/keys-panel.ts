import { type Fragment, html, type Markup } from './html.ts'
import { keyName } from './key-glyph.ts'
import type { KeyFacts, PageState } from './page-state.ts'
import { panel } from './panel.ts'
import { time } from './time.ts'

const DUTIES = {
  pending: 'accepted everywhere, signs nothing yet',
  primary: 'signs and seals',
  retiring: 'still verifies and opens',
} as const

/** Whoever likes to rotate soon has many. */
const SHOWN_KEYS = 4

/** The life of the keys; of the secret itself nothing is ever shown. */
export function keysPanel(state: PageState): Markup {
  const { keys, now, userId } = state
  const pending = keys.keys.some((key) => key.state === 'pending')
  return panel({
    id: 'keys',
    title: 'The life of the keys',
    source: html`<span class="path">${keys.origin}</span>`,
    story: story(state),
    body: html`
  <ol class="life" aria-hidden="true"><li>pending</li><li>primary</li><li>retiring</li><li>gone</li></ol>
  <ul class="keys">${keys.keys.slice(0, SHOWN_KEYS).map((key) => keyRow(key, now))}</ul>
  ${olderKeys(keys.keys.slice(SHOWN_KEYS), now)}
  <p class="aside">${inFile(keys)}</p>
  ${userId === undefined || pending ? undefined : stageForm()}`,
  })
}

function olderKeys(keys: readonly KeyFacts[], now: number): Fragment {
  if (keys.length === 0) return undefined
  return html`<details class="older"><summary>${keys.length} older, still accepted</summary><ul class="keys">${keys.map((key) => keyRow(key, now))}</ul></details>`
}

function keyRow({ id, state, createdAt, retireAt, sessions }: KeyFacts, now: number): Markup {
  return html`
    <li data-key="${id}" data-state="${state}">
      ${keyName(id)}
      <span class="state ${state}" data-watch="state of ${id}">${state}</span>
      <span class="duty">${DUTIES[state]}${retireAt === undefined ? '' : html`, gone ${time(retireAt, now)}`}</span>
      <span class="aside">${createdAt === 0 ? 'age unknown' : html`made ${time(createdAt, now)}`} · <span data-watch="sessions under ${id}">${sessions} ${sessions === 1 ? 'session' : 'sessions'}</span> sealed under it</span>
    </li>`
}

function stageForm(): Markup {
  return html`
  <form class="row-of-buttons" method="post" action="/stage" data-live>
    <button id="stage" aria-describedby="stage-hint">Stage the next secret</button>
    <span id="stage-hint" class="aside">With several servers, each learns a key before any signs with it.</span>
  </form>`
}

function inFile({ keys, inFile: ids }: PageState['keys']): string {
  if (ids === undefined) return 'The file cannot be read right now; this process goes on with the keys that it has.'
  const same = ids.length === keys.length && keys.every(({ id }) => ids.includes(id))
  if (same) return `The file holds the same ${ids.length === 1 ? 'key' : `${ids.length} keys`}; every process that reads it agrees.`
  return `The file holds ${ids.length}: another process rotated, and this one follows with the first cookie that it does not know.`
}

function story({ after, keys }: PageState): Fragment {
  if (after === 'rotated') return 'Another secret is primary from this moment, in the file and here. The one before retires: accepted, never used for anything new.'
  if (after === 'staged') return 'A new secret was written to the file. It is accepted, signs nothing yet, and becomes primary by itself in a few minutes, or when you rotate.'
  if (after === 'restarted') return 'The new process read the same keys from the same file.'
  if (keys.keys.length === 1) return 'One key does everything. Rotate, and another takes its place without anybody being logged out.'
  return 'The primary signs and seals; what older keys signed and sealed is accepted until they are gone.'
}
