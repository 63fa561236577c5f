import { html, type Markup } from './html.ts'
import type { PageState } from './page-state.ts'
import { time } from './time.ts'

/** What somebody who is signed in can do. */
export function actions({ process, now, userId }: PageState): Markup {
  return html`
<section class="hero" aria-labelledby="hello">
  <h1 id="hello" tabindex="-1">Signed in as <em>${userId}</em></h1>
  <div class="actions">
    <form method="post" action="/rotate" data-live>
      <button id="rotate" class="primary-button" aria-describedby="rotate-hint">Rotate the secret</button>
      <p id="rotate-hint">Another key signs and seals from now on.</p>
    </form>
    <form method="post" action="/restart" data-restart>
      <button id="restart" aria-describedby="restart-hint">Restart the process</button>
      <p id="restart-hint"><span data-watch="process">Process ${process.pid}</span>, started ${time(process.startedAt, now)}.</p>
    </form>
    <form method="post" action="/sign-out" data-live>
      <button id="sign-out" aria-describedby="sign-out-hint">Sign out</button>
      <p id="sign-out-hint">Ends this session, here and in the database.</p>
    </form>
  </div>
</section>`
}
