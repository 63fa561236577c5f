/**
 * Waits for `work` no longer than `limitMs`; what it settles to later is nobody's concern. Where this process itself
 * stood still meanwhile, an answer that has come by then is read first.
 *
 * @param onLimit - Called when time is up; gives the error to reject with.
 * @param toError - What to reject with where `work` does. Default: the same.
 * @param onSettled - Called once `work` is really over, be it after the limit.
 */
export function withTimeLimit<T>(
  work: PromiseLike<T>,
  limitMs: number,
  onLimit: () => Error,
  toError: (error: unknown) => unknown = (error) => error,
  onSettled?: () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let isOver = false
    const timer = setTimeout(() => {
      // Timers may run before sockets are read; what is due after that comes after the answers that wait there.
      setImmediate(() => {
        if (!isOver) reject(onLimit())
      })
    }, limitMs)
    const settle = (): void => {
      isOver = true
      clearTimeout(timer)
      onSettled?.()
    }
    work.then(
      (value) => {
        settle()
        resolve(value)
      },
      (error: unknown) => {
        settle()
        reject(toError(error))
      },
    )
  })
}
