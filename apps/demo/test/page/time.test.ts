import t from 'tap'
import { relativeTime } from '../../src/page/time.ts'

t.test('times are told in the largest unit that fits', async (t) => {
  const now = 1_700_000_000_000
  const told = (apartMs: number): string => relativeTime(now + apartMs, now)
  t.equal(told(0), 'now')
  t.equal(told(-12_400), '12 seconds ago')
  t.equal(told(-60_000), '1 minute ago')
  t.equal(told(-7_200_000), '2 hours ago')
  t.equal(told(86_400_000), 'tomorrow')
  t.equal(told(30 * 86_400_000 - 1500), 'in 30 days')
})
