import { type Fragment, html, type Markup } from './html.ts'
import { keyName } from './key-glyph.ts'
import type { CookieFacts, PageState } from './page-state.ts'
import { panel } from './panel.ts'

/** What the browser carries. */
export function cookiePanel(state: PageState): Markup {
  const { cookie } = state
  return panel({
    id: 'cookie',
    title: 'What your browser carries',
    source: cookie === undefined ? 'no cookie' : html`<code>${cookie.name}</code>, HttpOnly, SameSite=Lax`,
    story: story(state),
    body: cookie === undefined ? html`<p class="nothing">No cookie.</p>` : cookieFacts(cookie),
  })
}

function cookieFacts({ receivedBy, receivedSignature, returnedBy, returnedSignature }: CookieFacts): Markup {
  const returned = returnedBy === undefined || returnedSignature === undefined
    ? undefined
    : html`<div><dt>this answer signed it by</dt><dd>${keyName(returnedBy)} <code class="signature">…${returnedSignature}</code></dd></div>`
  return html`
  <dl class="columns">
    <div><dt>session id</dt><dd><span class="hidden-value">not shown, not even here</span></dd></div>
    <div><dt>${returned === undefined ? 'signed by' : 'came signed by'}</dt><dd id="signed-by" data-watch="cookie signature">${keyName(receivedBy)} <code class="signature">…${receivedSignature}</code></dd></div>
    ${returned}
  </dl>`
}

function story({ after, cookie }: PageState): Fragment {
  if (after === 'signed-out') return 'Cleared: the browser was told to forget it.'
  if (cookie === undefined) return 'Nobody is followed around who has nothing to remember.'
  if (cookie.returnedBy !== undefined) return 'It came signed by a retiring key and was accepted; the answer brought it back signed by the primary.'
  if (after === 'rotated') return 'Signed again by the new key; the id in it stayed the same.'
  if (after === 'staged') return 'Still signed by the primary.'
  if (after === 'signed-in') return 'A new id, so whoever knew the one before has nothing.'
  return 'A random id and its signature, nothing about you.'
}
