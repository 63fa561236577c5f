import { WaitFailedError } from '../errors.ts'

/** Messages in the order they came; those that nobody waits for yet are kept. */
export interface MessageQueue {
  add(message: unknown): void
  /** Resolves to the oldest message that was not given yet. */
  next(timeoutMs: number): Promise<unknown>
  /** Says that nothing more will come; who still waits is refused. */
  close(reason: string): void
}

interface Waiter {
  resolve(message: unknown): void
  reject(error: WaitFailedError): void
}

export function createMessageQueue(): MessageQueue {
  const arrived: unknown[] = []
  const waiting = new Set<Waiter>()
  let closed: string | undefined

  return {
    add(message) {
      const [first] = waiting
      if (first === undefined) return void arrived.push(message)
      waiting.delete(first)
      first.resolve(message)
    },
    next(timeoutMs) {
      if (arrived.length > 0) return Promise.resolve(arrived.shift())
      if (closed !== undefined) return Promise.reject(new WaitFailedError(`no message came: ${closed}`))
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const waiter: Waiter = { resolve, reject }
      waiting.add(waiter)
      const timer = setTimeout(() => reject(new WaitFailedError(`no message came within ${timeoutMs} ms`)), timeoutMs)
      return promise.finally(() => {
        clearTimeout(timer)
        waiting.delete(waiter)
      })
    },
    close(reason) {
      closed = reason
      for (const waiter of waiting) waiter.reject(new WaitFailedError(`no message came: ${reason}`))
    },
  }
}
