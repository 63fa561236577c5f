/**
 * Waits for `work` no longer than `limitMs`; what it settles to later is nobody's concern.
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
    const timer = setTimeout(() => reject(onLimit()), limitMs)
    work.then(
      (value) => {
        clearTimeout(timer)
        onSettled?.()
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        onSettled?.()
        reject(toError(error))
      },
    )
  })
}
