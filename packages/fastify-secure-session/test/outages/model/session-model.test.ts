import t from 'tap'
import { createSessionModel } from './session-model.ts'

const newSession = () => createSessionModel({ user: 'ada', cookie: 'c', signedInAt: 0 })
const sight = (...writes: number[]) => ({ user: 'ada', writes })
const nobody = { user: null, writes: [] }

t.test('an acknowledged write must be in every read that begins later, and is found lost once', async (t) => {
  const session = newSession()
  session.acknowledgeWrite(session.beginWrite(), 10)
  session.acknowledgeWrite(session.beginWrite(), 20)
  t.strictSame(session.see(sight(1, 2), 30, 31), [])
  t.strictSame(session.see(sight(2), 40, 41), [{ kind: 'write-lost', owedSince: 10, seenAt: 41 }])
  t.strictSame(session.see(sight(2), 50, 51), [])
})

t.test('a write that is under way or had no good answer may be there or not', async (t) => {
  const session = newSession()
  const write = session.beginWrite()
  t.strictSame(session.see(sight(), 5, 6), [])
  t.strictSame(session.see(sight(write), 7, 8), [])
  session.acknowledgeWrite(write, 10)
  t.strictSame(session.see(sight(), 9, 11), [], 'the read began before the acknowledgement')
})

t.test('a live session that is unknown, or of somebody else, is a user logged out', async (t) => {
  for (const seen of [nobody, { user: 'eve', writes: [] }]) {
    const session = newSession()
    t.strictSame(session.see(seen, 5, 6), [{ kind: 'logged-out', owedSince: 0, seenAt: 6 }])
    t.equal(session.state, 'logged-out')
    t.strictSame(session.see(seen, 7, 8), [])
  }
})

t.test('an ended session must be dead to every request that begins after its end was acknowledged', async (t) => {
  const session = newSession()
  session.beginEnd()
  t.strictSame(session.see(nobody, 5, 6), [])
  t.strictSame(session.see(sight(), 5, 6), [])
  session.acknowledgeEnd(10)
  t.strictSame(session.see(sight(), 9, 12), [], 'it began before')
  t.strictSame(session.see(nobody, 11, 12), [])
  t.strictSame(session.see(sight(), 11, 12), [{ kind: 'came-back', owedSince: 10, seenAt: 12 }])
})
