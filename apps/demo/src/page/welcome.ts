import { html, type Markup } from './html.ts'

export const MAX_NAME_LENGTH = 40

/** What a visitor sees first. */
export function welcome(): Markup {
  return html`
<section class="hero" aria-labelledby="hello">
  <h1 id="hello" tabindex="-1">Turn the key. Nobody is logged out.</h1>
  <p class="lead">Sign in, then rotate the secret that signs your cookie and seals your session, and see what changes and what does not.</p>
  <form class="sign-in" method="post" action="/sign-in" data-live>
    <label for="name">Your name</label>
    <input id="name" name="name" required maxlength="${MAX_NAME_LENGTH}" pattern=".*\\S.*" autocomplete="nickname" autocapitalize="words" spellcheck="false" placeholder="Ada">
    <button id="sign-in" class="primary-button">Sign in</button>
    <p class="aside">Any name will do, and there is no password: this page is about what happens after it.</p>
  </form>
</section>`
}
