import { html, type Markup } from './html.ts'

interface LayoutParts {
  /** Read out by screen readers when it changes. */
  readonly told: string
  readonly main: Markup
  readonly footer: Markup
  /** Seconds after which a browser without script looks again. */
  readonly refresh?: { readonly seconds: number, readonly path: string }
}

/** The frame of every page; neither style nor script is written into it, so the policy can forbid both. */
export function layout({ told, main, footer, refresh }: LayoutParts): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refresh === undefined ? undefined : html`<meta http-equiv="refresh" content="${refresh.seconds}; url=${refresh.path}">`}
<title>Keyturn demo</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" type="module"></script>
</head>
<body>
<header class="top">
  <a href="/" class="brand"><img src="/icon.svg" alt="" width="28" height="28"> Keyturn</a>
  <p id="told" role="status">${told}</p>
</header>
${main}
<footer class="bottom"><p>${footer}</p></footer>
</body>
</html>
`.text
}
