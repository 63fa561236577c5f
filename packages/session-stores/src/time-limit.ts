/**
 * Waits for `work` no longer than `limitMs`; what it settles to later is nobody's concern.
 *
 * @param onLimit - Called when time is up; gives the error to reject with.
 * @param toError - What to reject with where `work` does. Default: the same.
 */
export function withTimeLimit<T>(
  work: PromiseLike<T>,
  limitMs: number,
  onLimit: () => Error,
  toError: (error: unknown) => unknown = (error) => error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(onLimit()), limitMs)
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(toError(error))
      },
    )
  })
}
