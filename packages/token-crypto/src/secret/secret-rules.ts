import { isKnownDefault } from './known-defaults.ts'
import { consistsOf, type SecretShape } from './secret-shape.ts'

/** A named reason to refuse a secret. */
export interface SecretRule {
  readonly name: string
  matches(shape: SecretShape): boolean
  describe(shape: SecretShape): string
}

const MIN_BYTES = 32
const MIN_ENTROPY_BITS = 128
const MIN_DISTINCT = 8
// A random secret comes nowhere near these shares: 64 random hex digits reach 60% less than once in 10^17.
const MOST = 0.6
const LOWER_WORDS: ReadonlySet<string> = new Set('abcdefghijklmnopqrstuvwxyz \t\n_.-')
const UPPER_WORDS: ReadonlySet<string> = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZ \t\n_.-')
const KEYBOARD_ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890']

export const SECRET_RULES: readonly SecretRule[] = [
  {
    name: 'known-default',
    matches: ({ text, encoding }) => encoding !== 'bytes' && isKnownDefault(text),
    describe: () => 'The secret is a published default, or one that was repeated or padded.',
  },
  {
    name: 'too-short',
    matches: ({ byteLength }) => byteLength < MIN_BYTES,
    describe: ({ byteLength }) => `The secret is ${byteLength} bytes long; at least ${MIN_BYTES} are needed.`,
  },
  {
    name: 'repeated',
    matches: isRepeated,
    describe: () => 'The secret repeats itself or uses very few different characters.',
  },
  {
    name: 'sequence',
    matches: ({ text, decoded }) => sequenceShare(text) > MOST || hasSteadyStep(decoded),
    describe: () => 'The secret counts up or down, or follows the rows of a keyboard.',
  },
  {
    name: 'low-entropy',
    // A short secret has its own rule: saying it twice helps nobody.
    matches: (shape) => shape.byteLength >= MIN_BYTES && isLowEntropy(shape),
    describe: ({ encoding, decoded }) =>
      decoded.length < MIN_BYTES
        ? `The secret reads as ${encoding} and decodes to ${decoded.length} bytes; at least ${MIN_BYTES} are needed.`
        : `The secret holds less than ${MIN_ENTROPY_BITS} bits of randomness.`,
  },
]

function isRepeated({ text, decoded }: SecretShape): boolean {
  if (new Set(text).size < MIN_DISTINCT) return true
  if (period(text) <= text.length / 2) return true
  return stepShare(Buffer.from(text), 0) > MOST || stepShare(decoded, 0) > MOST
}

/** Length of the shortest unit whose repetition makes the text, its last copy perhaps cut. Linear: Knuth-Morris-Pratt. */
function period(text: string): number {
  const borders = new Uint32Array(text.length)
  let border = 0
  for (let i = 1; i < text.length; i++) {
    while (border > 0 && text[i] !== text[border]) border = borders[border - 1] as number
    if (text[i] === text[border]) border++
    borders[i] = border
  }
  return text.length - border
}

function stepShare(bytes: Uint8Array, step: number): number {
  let hits = 0
  for (let i = 1; i < bytes.length; i++) {
    if ((((bytes[i] as number) - (bytes[i - 1] as number)) & 0xff) === step) hits++
  }
  return hits / Math.max(bytes.length - 1, 1)
}

/** Bytes that grow by one and the same number: 00 01 02 …, 10 20 30 …. */
function hasSteadyStep(bytes: Uint8Array): boolean {
  const second = bytes.length >> 1
  const candidates = [1, 255, stepAt(bytes, 1), stepAt(bytes, second)]
  return candidates.some((step) => step !== 0 && stepShare(bytes, step) > MOST)
}

function stepAt(bytes: Uint8Array, index: number): number {
  return ((bytes[index] ?? 0) - (bytes[index - 1] ?? 0)) & 0xff
}

function sequenceShare(text: string): number {
  const lower = text.toLowerCase()
  let hits = 0
  for (let i = 1; i < lower.length; i++) {
    const step = lower.charCodeAt(i) - lower.charCodeAt(i - 1)
    if (Math.abs(step) === 1 || areKeyboardNeighbours(lower.slice(i - 1, i + 1))) hits++
  }
  return hits / Math.max(lower.length - 1, 1)
}

function areKeyboardNeighbours(pair: string): boolean {
  const reversed = `${pair[1]}${pair[0]}`
  return KEYBOARD_ROWS.some((row) => row.includes(pair) || row.includes(reversed))
}

/** Only what was decoded can be shorter than the secret itself. */
function isLowEntropy({ text, decoded }: SecretShape): boolean {
  return decoded.length < MIN_BYTES || entropyBits(text) < MIN_ENTROPY_BITS
}

/** Words of one case carry about two bits a letter; anything else is weighed by how often its characters occur. */
function entropyBits(text: string): number {
  if (consistsOf(text, LOWER_WORDS) || consistsOf(text, UPPER_WORDS)) return text.length * 2
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= count * Math.log2(count / text.length)
  return bits
}
