import { actions } from './actions.ts'
import { cookiePanel } from './cookie-panel.ts'
import { devicesPanel } from './devices-panel.ts'
import { html, type Markup } from './html.ts'
import { keysPanel } from './keys-panel.ts'
import { layout } from './layout.ts'
import type { PageState } from './page-state.ts'
import { rowPanel } from './row-panel.ts'
import { sessionPanel } from './session-panel.ts'
import { told } from './told.ts'
import { welcome } from './welcome.ts'

/** The whole page. */
export function page(state: PageState): string {
  const { process, row, keys } = state
  // The row is sealed again after the answer has gone out: the script looks once more.
  const settling = row !== undefined && row.keyId !== keys.primary
  return layout({
    told: told(state),
    footer: footer(state),
    main: html`<main data-process="${process.instance}"${settling ? html` data-settling` : undefined}>
${state.userId === undefined ? welcome() : actions(state)}
<div class="panels">
${sessionPanel(state)}
${rowPanel(state)}
${cookiePanel(state)}
${keysPanel(state)}
${state.userId === undefined ? undefined : devicesPanel(state)}
</div>
</main>`,
  })
}

function footer({ process }: PageState): Markup {
  const store = process.storeLatencyMs === undefined
    ? html`the ${process.storeName} store does not answer`
    : html`the ${process.storeName} store answers in ${process.storeLatencyMs.toFixed(1)} ms`
  return html`Process ${process.pid}; ${store}.`
}
