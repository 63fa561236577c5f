// Circles of imports: the groups of files that reach each other (Tarjan's strongly connected components).

/**
 * @param {{ from: string, file: string | undefined }[]} imports
 * @returns {string[][]} each circle as its files, sorted
 */
export function findCircles(imports) {
  const targets = Map.groupBy(imports.filter(({ file }) => file !== undefined), ({ from }) => from)
  const order = new Map()
  const lowest = new Map()
  const path = []
  const circles = []

  function visit(file) {
    order.set(file, order.size)
    lowest.set(file, order.get(file))
    path.push(file)
    for (const { file: next } of targets.get(file) ?? []) {
      if (!order.has(next)) visit(next)
      if (path.includes(next)) lowest.set(file, Math.min(lowest.get(file), lowest.get(next)))
    }
    if (lowest.get(file) !== order.get(file)) return
    const group = path.splice(path.indexOf(file))
    if (group.length > 1 || targets.get(file)?.some(({ file: next }) => next === file)) circles.push(group.toSorted())
  }

  for (const file of targets.keys()) if (!order.has(file)) visit(file)
  return circles
}
