import { test } from 'tap'
import { createSampleSession, nextUserId } from '../../../src/http/app/sample-session.ts'

test('a sample session is JSON of exactly as many bytes', async (t) => {
  for (const bytes of [320, 500, 777, 4096, 65_536]) {
    t.equal(Buffer.byteLength(JSON.stringify(createSampleSession(nextUserId(), bytes))), bytes)
  }
  t.throws(() => createSampleSession(nextUserId(), 100), RangeError)
})
