/** In memory of its own: what is remembered as a view, such as of a driver's buffer or of a pool, would keep all of that. */
export function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}

/** The bytes as they are where they share their memory with nothing, otherwise a copy. */
export function ownedOf(bytes: Buffer): Buffer {
  return bytes.length === bytes.buffer.byteLength ? bytes : copyOf(bytes)
}
