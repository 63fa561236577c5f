import t from 'tap'
import { median, ratioOf } from '../../src/migration/comparison.ts'
import { parseMigrationOptions } from '../../src/migration/migration-options.ts'

t.test('the ratio is the median of the rounds, each against its own round', (t) => {
  t.equal(ratioOf({ theirs: [10, 100, 20], ours: [100, 300, 240] }), 10)
  t.equal(median([4, 1, 3, 2]), 2.5)
  t.ok(Number.isNaN(median([])))
  t.end()
})

t.test('all parts are measured by default, with a tenth of the rows beside the many', (t) => {
  t.match(parseMigrationOptions([]), { parts: ['columns', 'sessions', 'memory'], rows: 200_000, memoryRows: [200_000, 2_000_000] })
  t.match(parseMigrationOptions(['--only', 'memory', '--memory-rows', '50000']), { parts: ['memory'], memoryRows: [5000, 50_000] })
  t.throws(() => parseMigrationOptions(['--only', 'speed', '--rows', 'many', '--rounds', '0']), {
    name: 'TypeError',
    message: /--only must be one of columns, sessions, memory\n--rows must be .*\n--rounds must be /,
  })
  t.end()
})
