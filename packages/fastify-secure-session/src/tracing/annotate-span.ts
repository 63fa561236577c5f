import { toStoreKey } from '@keyturn/session-stores'
import { createOwnerTag, type LiveKeyring } from '@keyturn/token-crypto'
import type { SessionEntry } from '../session/session-entry.ts'

/** Puts what is known of the session on the span of the request. */
export type AnnotateSpan = (entry: SessionEntry) => void

/**
 * Annotates the active OpenTelemetry span where the application has the API installed and is recording. Costs nothing
 * elsewhere: the hashes are made for a span that records.
 *
 * @returns `undefined` without @opentelemetry/api.
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/enduser/
 */
export async function createSpanAnnotator(keyring: LiveKeyring): Promise<AnnotateSpan | undefined> {
  const api = await import('@opentelemetry/api').catch(() => undefined)
  if (api === undefined) return undefined
  return ({ loaded, meta }) => {
    const span = api.trace.getActiveSpan()
    if (span === undefined || !span.isRecording()) return
    span.setAttribute('keyturn.session.present', loaded !== undefined)
    if (loaded === undefined) return
    span.setAttribute('keyturn.session.tag', toStoreKey(loaded.id).toString('hex', 0, 8))
    if (meta.userId !== undefined) span.setAttribute('enduser.pseudo.id', createOwnerTag(keyring.current, meta.userId).toString('hex', 0, 8))
  }
}
