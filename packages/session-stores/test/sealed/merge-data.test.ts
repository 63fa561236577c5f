import fc from 'fast-check'
import t from 'tap'
import { mergeData } from '../../src/sealed/merge-data.ts'

type Model = Map<string, unknown>

const names = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor', 'toString', '', '0', 'ü')
const values = fc.jsonValue({ maxDepth: 2 })
const models: fc.Arbitrary<Model> = fc.uniqueArray(fc.tuple(names, values), { selector: ([name]) => name }).map((pairs) => new Map(pairs))
/** Changes of one request: a value to set, or `undefined` to delete. */
const changes = fc.uniqueArray(fc.tuple(names, fc.option(values, { nil: undefined })), { selector: ([name]) => name })

t.test('what the request set or deleted is as it left it, all else as in the store', async (t) => {
  t.doesNotThrow(() => fc.assert(
    fc.property(models, changes, changes, (loaded, mine, theirs) => {
      const merged = mergeData({
        loaded: toText(loaded),
        mine: toText(apply(loaded, mine)),
        theirs: toText(apply(loaded, theirs)),
      })
      const expected = apply(apply(loaded, theirs), mine.filter((change) => changesIt(loaded, change)))
      return sameText(merged, expected)
    }),
    { seed: 20_260_105, numRuns: 3000 },
  ))
})

t.test('who changed nothing changes nothing', async (t) => {
  t.doesNotThrow(() => fc.assert(
    fc.property(models, models, (loaded, theirs) =>
      sameText(mergeData({ loaded: toText(loaded), mine: toText(loaded), theirs: toText(theirs) }), theirs)),
    { seed: 20_260_105, numRuns: 1000 },
  ))
})

t.test('who merges with what was loaded has what it wrote', async (t) => {
  t.doesNotThrow(() => fc.assert(
    fc.property(models, models, (loaded, mine) =>
      sameText(mergeData({ loaded: toText(loaded), mine: toText(mine), theirs: toText(loaded) }), mine)),
    { seed: 20_260_105, numRuns: 1000 },
  ))
})

t.test('changes of different keys merge the same in either order', async (t) => {
  t.doesNotThrow(() => fc.assert(
    fc.property(models, changes, (loaded, all) => {
      const [first, second] = [all.filter((_, i) => i % 2 === 0), all.filter((_, i) => i % 2 === 1)]
      const [a, b] = [toText(apply(loaded, first)), toText(apply(loaded, second))]
      const one = mergeData({ loaded: toText(loaded), mine: a, theirs: b })
      const other = mergeData({ loaded: toText(loaded), mine: b, theirs: a })
      return sameText(one, toModel(other))
    }),
    { seed: 20_260_105, numRuns: 1000 },
  ))
})

function apply(model: Model, list: readonly (readonly [string, unknown])[]): Model {
  const next = new Map(model)
  for (const [name, value] of list) {
    if (value === undefined) next.delete(name)
    else next.set(name, value)
  }
  return next
}

/** Setting a key to the value it had, or deleting what was not there, is no change. */
function changesIt(model: Model, [name, value]: readonly [string, unknown]): boolean {
  return JSON.stringify(model.get(name)) !== JSON.stringify(value)
}

function toText(model: Model): string {
  return `{${[...model].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
}

function toModel(text: string): Model {
  return new Map(Object.entries(JSON.parse(text) as object))
}

function sameText(text: string, model: Model): boolean {
  const sorted = (entries: Model): string => JSON.stringify([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
  return sorted(toModel(text)) === sorted(model)
}
