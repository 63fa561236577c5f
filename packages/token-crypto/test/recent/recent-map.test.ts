import { test } from 'tap'
import { createRecentMap } from '../../src/recent/recent-map.ts'

test('keeps what was set or asked for last and drops what was before', (t) => {
  const memory = createRecentMap<string>(2)
  for (const value of ['a', 'b', 'c']) memory.set(value, `signature of ${value}`)
  t.equal(memory.get('b'), 'signature of b')
  t.equal(memory.get('c'), 'signature of c')
  for (const value of ['d', 'e']) memory.set(value, '')
  t.equal(memory.get('a'), undefined)
  t.equal(memory.get('b'), 'signature of b')
  for (const value of ['f', 'g', 'h']) memory.set(value, '')
  t.equal(memory.get('c'), undefined)
  t.equal(memory.get('h'), '')
  t.end()
})

test('forgets everything when told', (t) => {
  const memory = createRecentMap<string>(1)
  memory.set('a', '')
  memory.set('b', '')
  memory.clear()
  t.same([memory.get('a'), memory.get('b')], [undefined, undefined])
  t.end()
})

test('of no capacity keeps nothing', (t) => {
  const memory = createRecentMap<string>(0)
  memory.set('a', '')
  t.equal(memory.get('a'), undefined)
  t.end()
})
