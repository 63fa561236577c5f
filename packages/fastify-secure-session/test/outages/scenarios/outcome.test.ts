import t from 'tap'
import { createTally } from '../model/tally.ts'
import { toOutcome } from './outcome.ts'
import { toTable } from './table.ts'

const edges = [{ from: 10_000, to: 10_050 }, { from: 20_000, to: 20_010 }]

function outcomeOf(change: (tally: ReturnType<typeof createTally>) => void) {
  const tally = createTally()
  change(tally)
  return toOutcome({ name: 'a fault', tally, edges, recoveredMs: 12.4 })
}

t.test('what was acknowledged right before a fault is counted, and named as within the window', async (t) => {
  const outcome = outcomeOf(({ findings }) => {
    for (const owedSince of [9_950, 9_000, 15_000]) findings.push({ kind: 'write-lost', owedSince, seenAt: 16_000 })
  })
  t.strictSame(outcome.writesLost, { total: 3, inWindow: 1 })
  t.strictSame(outcome.cameBack, { total: 0, inWindow: 0 })
  t.match(toTable([outcome]), /\| a fault \| 0 \| 0 \| 3, 1 of them within the window \| 0 \| 0 \| 0 ms \|$/)
})

t.test('an error is late once the chain had a time limit to know of the fault', async (t) => {
  const error = (begunAt: number, endedAt: number) => ({ begunAt, endedAt, reason: '503', cutOff: false })
  const outcome = outcomeOf(({ failed }) => {
    failed.push(error(9_900, 10_500), error(11_000, 12_000), error(19_000, 20_005))
    failed.push(error(9_000, 9_900), error(11_100, 11_200), error(19_000, 19_990))
    failed.push({ ...error(11_100, 11_200), cutOff: true })
  })
  t.match(outcome.errors, { total: 6, late: 3, cutOff: 1, byReason: { 503: 6 } })
})
