import { type Fragment, html, type Markup } from './html.ts'
import type { PageState } from './page-state.ts'
import { panel } from './panel.ts'

export const FRUIT = ['apple', 'pear', 'plum'] as const

/** What the application holds in its hand. */
export function sessionPanel(state: PageState): Markup {
  const { userId, session } = state
  const held = { signedInUserId: userId ?? null, session: session.data }
  return panel({
    id: 'session',
    title: 'What the application sees',
    source: html`<code>request.session</code> in a handler`,
    story: story(state),
    body: html`
  <pre class="data" tabindex="0" aria-label="Session as JSON" data-watch="session data">${JSON.stringify(held, null, 2)}</pre>
  <form class="row-of-buttons" method="post" action="/basket" data-live>
    <span class="label" id="basket-label">Put into the basket:</span>
    ${FRUIT.map((item) => html`<button id="basket-${item}" name="item" value="${item}" aria-describedby="basket-label">${item}${count(session.basket[item])}</button>`)}
  </form>`,
  })
}

function count(pieces: number | undefined): Fragment {
  return pieces === undefined ? undefined : html` <b class="count" aria-label="${pieces} in the basket">${pieces}</b>`
}

function story({ after, userId, row }: PageState): Fragment {
  if (after === 'signed-out') return 'Empty again: the session ended the moment you signed out.'
  if (row === undefined) return 'Empty, so nothing is stored and no cookie is set. Take a fruit or sign in.'
  if (after === 'basket') return 'The handler changed a plain object; the plugin saved it before it answered.'
  if (userId === undefined) return 'A session of somebody who has not signed in yet.'
  if (after === 'signed-in') return 'Signing in began a new session under a new id; the basket came along.'
  if (after === 'rotated' || after === 'staged') return 'Nothing happened here: an application does not notice a rotation.'
  if (after === 'restarted') return 'The new process read this from the database and opened it.'
  return 'Plain data, as any handler reads and writes it.'
}
