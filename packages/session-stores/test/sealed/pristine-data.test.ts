import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { isSessionChanged, type SessionData } from '../../src/index.ts'
import { copyPristine, isPristine, toPristine } from '../../src/sealed/pristine-data.ts'

const RUNS = { seed: 20_261_128, numRuns: 10_000 }

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
  toJSON(): unknown {
    return `${this.cents} cents`
  }
}

/** Makes a value of what is there, as handlers do, and as they should not. */
const strange: readonly ((here: unknown) => unknown)[] = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => -0,
  () => new Date(0),
  () => new Money(1),
  () => new Map([['a', 1]]),
  () => () => 1,
  () => Symbol('s'),
  () => Object,
  () => Object.prototype.toString,
  () => new String('boxed'),
  () => Object.assign([], { length: 1 }),
  (here) => Object.create(here as object | null),
  (here) => Object.assign(Object.create(null), here),
  (here) => ({ ...(here as object), toJSON: () => 'another' }),
  (here) => Object.defineProperty({ ...(here as object) }, 'toJSON', { value: () => 'hidden' }),
  (here) => Object.defineProperty({ ...(here as object) }, '__proto__', { value: {}, enumerable: true }),
  (here) => (Array.isArray(here) ? Object.assign([...here], { surplus: 1 }) : { ...(here as object), surplus: undefined }),
  (here) => (Array.isArray(here) ? { ...here } : Object.values(here as object)),
  (here) => structuredClone(here),
]

const names = fc.constantFrom('a', 'b', 'constructor', 'toString', 'toJSON', 'length', '0', 'ü€')
const json = fc.letrec<{ value: unknown; object: SessionData }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, false, 0, 1, -1.5, '', 'text', 'ü€'),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(names, tie('value'), { maxKeys: 4 }),
}))

/** Replaces one value somewhere below. */
function change(value: unknown, path: readonly number[], how: (here: unknown) => unknown): unknown {
  const [at, ...rest] = path
  if (at === undefined || typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return how(typeof value === 'object' && value !== null ? value : {})
  }
  const name = Object.keys(value)[at % Object.keys(value).length] ?? ''
  const inside = (value as Record<string, unknown>)[name]
  return Object.assign(Array.isArray(value) ? [...value] : { ...value }, { [name]: change(inside, rest, how) })
}

t.test('a copy is what parsing the text again gives, and is told from nothing', async (t) => {
  fc.assert(
    fc.property(json.object, (data) => {
      const text = JSON.stringify(data)
      const pristine = toPristine(JSON.parse(text) as SessionData)
      if (pristine === undefined) return false
      const copied = copyPristine(pristine)
      const reversed = Object.fromEntries(Object.entries(copied).toReversed())
      return isDeepStrictEqual(copied, JSON.parse(text)) && isPristine(copied, pristine) && isPristine(reversed, pristine)
    }),
    RUNS,
  )
  t.pass()
})

t.test('whatever is put into it, what counts as the same is the same in JSON', async (t) => {
  let same = 0
  fc.assert(
    fc.property(json.object, fc.array(fc.nat(3), { maxLength: 3 }), fc.constantFrom(...strange), (data, path, how) => {
      const text = JSON.stringify(data)
      const pristine = toPristine(JSON.parse(text) as SessionData)
      if (pristine === undefined) return false
      const changed = change(copyPristine(pristine), path, how)
      if (typeof changed !== 'object' || changed === null || !isPristine(changed, pristine)) return true
      same++
      return isDeepStrictEqual(JSON.parse(JSON.stringify(changed)), JSON.parse(text))
    }),
    RUNS,
  )
  t.ok(same > 0, 'some of it does count as the same')
})

t.test('nobody changes what all of them share', async (t) => {
  const pristine = toPristine({ list: [{ a: 1 }] })
  if (pristine === undefined) return t.fail('not kept')
  const copied = copyPristine(pristine)
  ;(copied['list'] as { a: number }[])[0] = { a: 2 }
  t.strictSame(pristine, { list: [{ a: 1 }] })
  t.throws(() => Object.assign(pristine['list'] as object, { 0: 'changed' }), TypeError)
})

t.test('what only its text can tell is left to the text', async (t) => {
  t.equal(toPristine(JSON.parse('{"a":{"__proto__":{"admin":true}}}') as SessionData), undefined)
  t.equal(toPristine(JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as SessionData), undefined)
  const pristine = toPristine({ at: '1970-01-01T00:00:00.000Z' })
  if (pristine === undefined) return t.fail('not kept')
  const data = { at: new Date(0), gone: undefined }
  t.notOk(isPristine(data, pristine))
  t.notOk(isSessionChanged(data, { dataText: '{"at":"1970-01-01T00:00:00.000Z"}', pristine }))
  t.ok(isSessionChanged({ at: 1n }, { dataText: '{}', pristine }))
  t.ok(isSessionChanged({ a: 1 }))
  t.notOk(isSessionChanged({}))
})
