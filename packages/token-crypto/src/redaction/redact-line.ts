import { endOfJsonValue, slashesOf } from './json-line.ts'
import { holdsSecret, type RedactionRules } from './redaction-rules.ts'

// How JSON.stringify writes a Buffer, and any other array of bytes.
const BUFFER = /\{"type":"Buffer","data":(\[[\d,]*\])\}/g
const BYTES = /\{(?:"\d+":\d+,?)+\}/g

/** Redacts a line of JSON without parsing it: most lines hold nothing to hide. */
export function createLineRedaction(rules: RedactionRules): (line: string) => string {
  // A name, at any depth of JSON within JSON, and `:`, or `,` and a string as in Node's rawHeaders.
  const names = rules.keys.map(escapePattern).join('|')
  const hiddenKey = new RegExp(String.raw`(\\*)"(?:${names})\1"\s*(?::\s*|(,)\s*(?=\1"))`, 'gi')
  // Secrets first: V8 keeps the last text that a regular expression matched.
  return (line) => hideBytes(hideKeys(rules.redactText(line), hiddenKey, rules.censor), rules)
}

function hideKeys(line: string, hiddenKey: RegExp, censor: string): string {
  let hidden = ''
  let from = 0
  hiddenKey.lastIndex = 0
  for (let match = hiddenKey.exec(line); match !== null; match = hiddenKey.exec(line)) {
    const slashes = match[1] as string
    const start = hiddenKey.lastIndex
    const end = endOfJsonValue(line, start, levelOf(slashes))
    if (end === start || (match[2] !== undefined && isPropertyName(line, end))) continue
    hidden += `${line.slice(from, start)}${slashes}"${censor}${slashes}"`
    from = end
    // What is a value in a list may be a name as well: of two readings both are hidden.
    hiddenKey.lastIndex = match[2] === undefined ? end : start
  }
  return from === 0 ? line : hidden + line.slice(from)
}

/** In `{"name":"cookie","value":1}` the string after the comma is no value. */
function isPropertyName(line: string, end: number): boolean {
  return /^\s*:/.test(line.slice(end, end + 9))
}

function hideBytes(line: string, rules: RedactionRules): string {
  const hide = (json: string, bytes: number[]): string =>
    holdsSecret(Buffer.from(bytes), rules) ? `"${rules.censor}"` : json
  const withoutBuffers = line.includes('{"type":"Buffer"')
    ? line.replace(BUFFER, (json, data: string) => hide(json, JSON.parse(data) as number[]))
    : line
  return withoutBuffers.includes('{"0":')
    ? withoutBuffers.replace(BYTES, (json) => hide(json, Object.values(JSON.parse(json) as Record<string, number>)))
    : withoutBuffers
}

/** Strings within strings double their backslashes: 0, 1, 3, 7. Any other number is no JSON. */
function levelOf(slashes: string): number {
  const level = Math.round(Math.log2(slashes.length + 1))
  return slashesOf(level) === slashes.length ? level : 0
}

function escapePattern(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
