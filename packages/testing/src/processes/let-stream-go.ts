import { Socket } from 'node:net'
import type { Stream } from 'node:stream'

/** A pipe to a child no longer keeps this process alive. */
export function letStreamGo(stream: Stream): void {
  if (stream instanceof Socket) stream.unref()
}
