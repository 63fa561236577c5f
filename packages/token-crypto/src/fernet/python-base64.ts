const PAD = '='.charCodeAt(0)

/** Six bits of each character of either alphabet. */
const SIX_BITS: ReadonlyMap<number, number> = new Map([
  ...alphabet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'),
  ...alphabet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'),
])

function alphabet(characters: string): [number, number][] {
  return [...characters].map((character, value) => [character.charCodeAt(0), value])
}

/**
 * Decodes base64 exactly as Python's `base64.urlsafe_b64decode` does.
 *
 * It takes both alphabets, skips what belongs to neither, ignores the surplus bits of the last character, and stops
 * at the first complete padding whatever follows. It refuses text that is not ASCII and padding that is missing.
 *
 * @returns `undefined` when Python raises.
 * @see https://docs.python.org/3/library/binascii.html#binascii.a2b_base64
 */
export function decodePythonBase64(text: string): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(Math.ceil((text.length * 3) / 4))
  let length = 0
  let held = 0
  let position = 0
  let pads = 0
  let padded = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return undefined
    // What follows a complete padding still must be ASCII, as Python encodes the whole text first.
    if (padded) continue
    if (code === PAD) {
      padded = position >= 2 && position + ++pads >= 4
      continue
    }
    const value = SIX_BITS.get(code)
    if (value === undefined) continue
    pads = 0
    if (position > 0) bytes[length++] = ((held << 6) | value) >> (6 - 2 * position)
    held = value
    position = (position + 1) & 3
  }
  return position === 0 || padded ? bytes.subarray(0, length) : undefined
}
