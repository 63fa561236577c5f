import { type Fragment, html, type Markup } from './html.ts'
import { keyName } from './key-glyph.ts'
import type { PageState, RowColumn, RowFacts } from './page-state.ts'
import { panel } from './panel.ts'

/** The same session as it rests. */
export function rowPanel(state: PageState): Markup {
  const { row } = state
  return panel({
    id: 'row',
    title: 'What the database holds',
    source: row === undefined ? 'no row' : html`row of <code>${row.table}</code>`,
    story: story(state),
    body: row === undefined ? html`<p class="nothing">No row.</p>` : html`<dl class="columns">${row.columns.map((column) => columnOf(column, row))}</dl>`,
  })
}

function columnOf(column: RowColumn, row: RowFacts): Markup {
  return html`
    <div data-column="${column.name}">
      <dt>${column.name}</dt>
      <dd data-watch="row ${column.name}">${valueOf(column, row)}</dd>
    </div>`
}

function valueOf({ name, value }: RowColumn, row: RowFacts): Fragment {
  if (name === 'sealed') return sealedBytes(row)
  if (name === 'key_id') return keyName(row.keyId)
  if (name === 'owner_tag' && row.ownerIsMe) return html`<code>${value}</code> <span class="aside">a keyed hash of your name</span>`
  if (name === 'key') return html`<code>${value}</code> <span class="aside">SHA-256 of the id in your cookie</span>`
  return html`<code>${value}</code>`
}

const PARTS = [
  { part: 'version', words: 'format' },
  { part: 'keyId', words: 'key id' },
  { part: 'nonce', words: 'nonce' },
  { part: 'ciphertext', words: 'your data' },
  { part: 'tag', words: 'tag' },
] as const

function sealedBytes({ sealed }: RowFacts): Markup {
  return html`<code class="sealed" id="sealed">${PARTS.map(({ part }) => html`<span class="${part}">${sealed[part]}</span>`)}</code>
      <span class="legend">${PARTS.map(({ part, words }) => html`<span class="${part}">${words}</span> `)}</span>`
}

function story({ after, row, keys }: PageState): Fragment {
  if (after === 'signed-out') return 'The row is gone. A copy of the cookie opens nothing any more.'
  if (row === undefined) return 'A visitor who stores nothing costs no row.'
  if (row.keyId !== keys.primary) return 'Still sealed under the key before, which still opens it. It is being sealed again right now.'
  if (after === 'rotated') return 'Sealed again under the new key, with nobody asking: same data, other bytes.'
  if (after === 'basket') return 'All of it was sealed again with a fresh nonce, so every byte is another one.'
  if (after === 'signed-in') return 'A new row. Neither your name nor the basket can be read in it.'
  if (after === 'staged') return 'Nothing is sealed under the new key yet.'
  if (after === 'restarted') return 'Nothing changed: the new process has the same secret from its file.'
  return 'The same session at rest. Whoever steals the table learns nothing from it.'
}
