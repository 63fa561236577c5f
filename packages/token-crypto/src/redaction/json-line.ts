/**
 * Finds the value that begins at `at` in JSON text.
 *
 * @param level - How often the JSON is written as a string within JSON: 0 is the text itself.
 * @returns Index after a string, array or object; `at` when something else stands there.
 */
export function endOfJsonValue(text: string, at: number, level: number): number {
  if (isQuoteAt(text, at, level)) return endOfString(text, at, level)
  if (text[at] !== '[' && text[at] !== '{') return at
  let depth = 0
  for (let i = at; i < text.length; ) {
    if (isQuoteAt(text, i, level)) {
      i = endOfString(text, i, level)
      continue
    }
    if (text[i] === '[' || text[i] === '{') depth++
    if (text[i] === ']' || text[i] === '}') depth--
    // A quote of an outer level ends what this level holds, however it was cut.
    if (text[i] === '"') return i - backslashesBefore(text, i)
    i++
    if (depth === 0) return i
  }
  return text.length
}

/** Backslashes before a quote that is a delimiter `level` strings deep: 0, 1, 3, 7. */
export function slashesOf(level: number): number {
  return 2 ** level - 1
}

function isQuoteAt(text: string, at: number, level: number): boolean {
  const quote = at + slashesOf(level)
  return text[quote] === '"' && backslashesBefore(text, quote) === slashesOf(level)
}

function endOfString(text: string, at: number, level: number): number {
  let quote = at + slashesOf(level)
  while ((quote = text.indexOf('"', quote + 1)) !== -1) {
    const inner = unescapedCount(backslashesBefore(text, quote), level)
    if (inner === undefined) return quote - backslashesBefore(text, quote)
    if (inner % 2 === 0) return quote + 1
  }
  return text.length
}

/** How many backslashes stand before a quote once the outer strings are read; `undefined` when one of them ends here. */
function unescapedCount(backslashes: number, level: number): number | undefined {
  let count = backslashes
  for (let i = 0; i < level; i++) {
    if (count % 2 === 0) return undefined
    count = (count - 1) / 2
  }
  return count
}

function backslashesBefore(text: string, at: number): number {
  let first = at
  while (text[first - 1] === '\\') first--
  return at - first
}
