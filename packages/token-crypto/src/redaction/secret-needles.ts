import { isUtf8 } from 'node:buffer'
import type { Secret } from '../secret/secret.ts'
import { readSecretShape } from '../secret/secret-shape.ts'

/** Shorter texts are not searched for: a secret of few characters is a word that logs hold anyway. */
export const SHORTEST_NEEDLE = 16

/**
 * How a secret may stand in a text: as written, escaped for JSON or a URL, as hex, and as base64, also in the middle
 * of a longer base64 text. A secret that is itself hex or base64 is also looked for by what it decodes to.
 *
 * @returns Texts of `SHORTEST_NEEDLE` characters or more, without doubles.
 */
export function secretNeedles(secret: Secret): string[] {
  const { decoded } = readSecretShape(secret)
  const written = secret.expose()
  const spellings = [...spellingsOfText(written), ...spellingsOfBytes(written), ...spellingsOfBytes(decoded)]
  written.fill(0)
  return [...new Set(spellings)].filter((text) => text.length >= SHORTEST_NEEDLE)
}

function spellingsOfText(bytes: Buffer): string[] {
  if (!isUtf8(bytes)) return []
  const text = bytes.toString('utf8')
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]
}

function spellingsOfBytes(bytes: Buffer): string[] {
  const hex = bytes.toString('hex')
  const base64 = [0, 1, 2].map((before) => innerBase64(bytes, before))
  return [
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ...base64.map(encodeURIComponent),
  ]
}

/** The characters that depend on these bytes alone, when `before` bytes stand in front of them. */
function innerBase64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').replaceAll('=', '')
  const first = Math.ceil((before * 8) / 6)
  const last = Math.floor(((before + bytes.length) * 8) / 6)
  return text.slice(first, last)
}
