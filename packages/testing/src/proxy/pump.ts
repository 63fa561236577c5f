import type { Socket } from 'node:net'

export type Flow = 'flow' | 'hold'

/** Passes on what one socket reads to another, in order, when its time has come. */
export interface Pump {
  /** The conditions have changed. */
  update(): void
}

interface Piece {
  /** Undefined: the end. */
  readonly data: Buffer | undefined
  readonly readAt: number
}

/** Bytes that may wait here; beyond it nothing more is read. */
const HIGH_WATER = 1024 * 1024

export function createPump(from: Socket, to: Socket, conditions: () => { readonly delayMs: number, readonly flow: Flow }): Pump {
  const queue: Piece[] = []
  let waitingBytes = 0
  let timer: NodeJS.Timeout | undefined

  function add(data: Buffer | undefined): void {
    queue.push({ data, readAt: performance.now() })
    waitingBytes += data?.length ?? 0
    if (waitingBytes > HIGH_WATER) from.pause()
    flush()
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    const { delayMs, flow } = conditions()
    if (flow === 'hold') return
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      const waitMs = next.readAt + delayMs - performance.now()
      if (waitMs > 0) {
        timer = setTimeout(flush, waitMs)
        return
      }
      queue.shift()
      pass(next)
    }
  }

  function pass({ data }: Piece): void {
    if (to.destroyed) return
    if (data === undefined) return void to.end()
    to.write(data)
    waitingBytes -= data.length
    if (waitingBytes <= HIGH_WATER) from.resume()
  }

  from.on('data', (data: Buffer) => add(data))
  from.on('end', () => add(undefined))
  from.on('close', () => { if (!from.readableEnded) clearTimeout(timer) })
  from.resume()
  return { update: flush }
}
