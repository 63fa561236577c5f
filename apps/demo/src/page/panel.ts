import { type Fragment, html, type Markup } from './html.ts'

interface PanelParts {
  /** Also the name under which the page's script follows it. */
  readonly id: string
  readonly title: string
  /** Where what is shown comes from, in a few words. */
  readonly source: Fragment
  /** One plain line: what just happened here. */
  readonly story: Fragment
  readonly body: Fragment
}

export function panel({ id, title, source, story, body }: PanelParts): Markup {
  return html`
<section class="panel" id="${id}" aria-labelledby="${id}-title">
  <header>
    <h2 id="${id}-title">${title}</h2>
    <p class="source">${source}</p>
  </header>
  <p class="story" data-watch="${id} story">${story}</p>
  ${body}
</section>`
}
