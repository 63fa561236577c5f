import type { KeyId } from '@keyturn/token-crypto'
import { html, type Markup } from './html.ts'

const TEETH = 8

/** A key whose teeth are cut after its id: the same key is known again at a glance, wherever it stands. */
function keyGlyph(id: KeyId): Markup {
  const hue = Math.round((Number.parseInt(id.slice(0, 4), 16) / 0xffff) * 360)
  const teeth = Array.from(id.slice(4, 4 + TEETH), (digit, at) => {
    const depth = 1 + (Number.parseInt(digit, 16) / 15) * 5
    return `V${(9 + depth).toFixed(1)}H${18 + (at + 1) * 2.5}`
  }).join('')
  return html`<svg class="glyph" viewBox="0 0 40 16" width="40" height="16" aria-hidden="true"><path fill="hsl(${hue} 58% 50%)" fill-rule="evenodd" d="M8 1a7 7 0 1 0 6.7 9H18${teeth}V7H14.7A7 7 0 0 0 8 1Zm-2 4.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5Z"/></svg>`
}

/** Glyph and id together. */
export function keyName(id: KeyId): Markup {
  return html`<span class="key">${keyGlyph(id)} <code>${id}</code></span>`
}
