import { type Fragment, html, type Markup } from './html.ts'
import { keyName } from './key-glyph.ts'
import type { Device, PageState } from './page-state.ts'
import { panel } from './panel.ts'
import { time } from './time.ts'

/** Every session of the one who is signed in. */
export function devicesPanel(state: PageState): Markup {
  const { devices, now, userId } = state
  return panel({
    id: 'devices',
    title: 'Where you are signed in',
    source: html`<code>sessions.list()</code>`,
    story: story(state),
    body: html`
  <ul class="devices">${devices.map((device) => deviceRow(device, now))}</ul>
  ${devices.length > 1 ? html`<form method="post" action="/devices/end-others" data-live><button id="end-others">End all the others</button></form>` : undefined}
  <p class="aside">Open this page in a private window and sign in as ${userId}: it will be listed here.</p>`,
  })
}

function deviceRow({ key, name, createdAt, keyId, current }: Device, now: number): Markup {
  const end = html`<form method="post" action="/devices/end" data-live><button name="key" value="${key}" aria-label="End the session on ${name}">End this one</button></form>`
  return html`
    <li>
      <span class="device" data-watch="device ${key}">${name}${current ? html` <b class="here">this one</b>` : undefined}</span>
      <span class="aside">since ${time(createdAt, now)}, sealed under <span data-watch="key of ${key}">${keyName(keyId)}</span></span>
      ${current ? undefined : end}
    </li>`
}

function story({ after, devices, keys }: PageState): Fragment {
  if (after === 'ended') return 'Its row is gone: that browser is signed out with its next click, whatever its cookie says.'
  if (devices.some(({ keyId, current }) => !current && keyId !== keys.primary)) return 'A session that rests keeps its older key until it is next used.'
  return 'Found by the keyed hash of your name; the name itself stands in no row.'
}
