/** @returns what came through a stream so far, once it is asked. */
export function collectText(stream: NodeJS.ReadableStream | null): () => string {
  const pieces: Buffer[] = []
  stream?.on('data', (piece: Buffer) => pieces.push(piece))
  return () => Buffer.concat(pieces).toString()
}
