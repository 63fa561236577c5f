import { html } from './html.ts'
import { layout } from './layout.ts'

interface Notice {
  readonly title: string
  readonly text: string
  readonly code?: string
}

/** A page that says one thing: an error. */
export function noticePage({ title, text, code }: Notice): string {
  return layout({
    told: text,
    footer: html`${code}`,
    main: html`<main class="notice"><section class="hero"><h1 tabindex="-1">${title}</h1><p class="lead">${text}</p><p><a href="/">Back to the page</a></p></section></main>`,
  })
}

/** What a browser without script sees while the process is restarted. */
export function restartingPage(path: string): string {
  return layout({
    told: 'The process is ending; another one takes its place.',
    footer: html`Restarting`,
    main: html`<main class="notice"><section class="hero"><h1 tabindex="-1">Restarting the process</h1><p class="lead">This page comes back in two seconds.</p></section></main>`,
    refresh: { seconds: 2, path },
  })
}
