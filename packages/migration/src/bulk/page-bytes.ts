/**
 * What a page holds at most, unless one item alone is larger. It goes to a database as one text, of which a page of
 * twice as many bytes may be made, and several pages are in the making at once.
 */
export const MOST_PAGE_BYTES: number = 16 * 1024 * 1024

/** The first page finds out how large items are. */
const FIRST_PAGE = 100
const GROWTH = 4

/** How many items of a page fit, as far as those that were read tell. */
export interface PageFit {
  /** @param limit - Most items for other reasons. */
  limit(limit: number): number
  record(sizes: readonly number[]): void
}

export function createPageFit(): PageFit {
  let fits = FIRST_PAGE
  return {
    limit: (limit) => Math.min(limit, fits),
    record(sizes) {
      const bytes = sizes.reduce((sum, size) => sum + size, 0)
      if (sizes.length > 0) fits = Math.max(1, Math.min(GROWTH * fits, Math.floor((MOST_PAGE_BYTES * sizes.length) / Math.max(1, bytes))))
    },
  }
}

/** How many of the items, at least one, fit into a page. */
export function countFitting(sizes: readonly number[]): number {
  let bytes = 0
  const over = sizes.findIndex((size) => (bytes += size) > MOST_PAGE_BYTES)
  return over === -1 ? sizes.length : Math.max(1, over)
}
