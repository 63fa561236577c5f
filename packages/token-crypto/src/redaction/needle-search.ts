import { SHORTEST_NEEDLE } from './secret-needles.ts'

/** Searches texts for any of many needles at once, in one pass whatever their number. */
export interface NeedleSearch {
  /** Of `SHORTEST_NEEDLE` characters or more. */
  add(needle: string): void
  /** The text with each needle replaced; the same string when none is in it. */
  replaceIn(text: string, replacement: string): string
}

/** UTF-16 code units outside the JavaScript heap: a heap snapshot must not hold what is to be hidden. */
type CodeUnits = Uint16Array

const WINDOW = SHORTEST_NEEDLE
const BLOCK = 4
const FARTHEST = WINDOW - BLOCK + 1

/**
 * The search of Wu and Manber: where the last four characters of a window stand in no needle, the window moves on by
 * thirteen at once, so that a text without secrets is hardly read.
 */
export function createNeedleSearch(): NeedleSearch {
  const shifts = new Uint8Array(1 << 16).fill(FARTHEST)
  const byLastBlock = new Map<number, CodeUnits[]>()

  function lengthAt(text: string, at: number, block: number): number {
    // Where the shift is 0, some needle has this block.
    const candidates = byLastBlock.get(block) as CodeUnits[]
    return candidates.find((needle) => standsAt(needle, text, at))?.length ?? 0
  }

  /** Where the next needle at or after `from` begins and ends; `undefined` when there is none. */
  function next(text: string, from: number): { start: number; end: number } | undefined {
    for (let last = from + WINDOW - 1; last < text.length; ) {
      const block = hashBlock(text, last)
      const shift = shifts[block] as number
      const start = last - WINDOW + 1
      const length = shift === 0 ? lengthAt(text, start, block) : 0
      if (length > 0) return { start, end: start + length }
      last += Math.max(shift, 1)
    }
    return undefined
  }

  return {
    add(needle) {
      const block = hashBlock(needle, WINDOW - 1)
      const known = byLastBlock.get(block) ?? []
      byLastBlock.set(block, [...known, toCodeUnits(needle)].sort((a, b) => b.length - a.length))
      for (let last = BLOCK - 1; last < WINDOW; last++) {
        const hash = hashBlock(needle, last)
        shifts[hash] = Math.min(shifts[hash] as number, WINDOW - 1 - last)
      }
    },
    replaceIn(text, replacement) {
      let found = next(text, 0)
      if (found === undefined) return text
      let replaced = ''
      let from = 0
      for (; found !== undefined; found = next(text, from)) {
        replaced += text.slice(from, found.start) + replacement
        from = found.end
      }
      return replaced + text.slice(from)
    },
  }
}

/** The four characters that end at `last`, as 16 bits. */
function hashBlock(text: string, last: number): number {
  const high = (text.charCodeAt(last - 3) << 8) ^ text.charCodeAt(last - 2)
  const low = (text.charCodeAt(last - 1) << 8) ^ text.charCodeAt(last)
  return Math.imul((high << 16) ^ low, 0x9e3779b1) >>> 16
}

function standsAt(needle: CodeUnits, text: string, at: number): boolean {
  for (let i = 0; i < needle.length; i++) {
    if (text.charCodeAt(at + i) !== needle[i]) return false
  }
  return true
}

function toCodeUnits(needle: string): CodeUnits {
  return Uint16Array.from({ length: needle.length }, (_, i) => needle.charCodeAt(i))
}
