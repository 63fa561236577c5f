import type { LoadedSession } from '@keyturn/session-stores'
import t from 'tap'
import { createSessionLifetime } from '../../src/session/session-lifetime.ts'

const lifetime = createSessionLifetime({ idleTimeoutMs: 1000, absoluteTimeoutMs: 5000, touchIntervalMs: 100, sliding: true })

function loaded(createdAt: number, expiresAt: number, meta = {}): LoadedSession {
  return { createdAt, expiresAt, meta } as LoadedSession
}

t.test('a session slides until its absolute timeout', async (t) => {
  t.equal(lifetime.expiryAt(2000, { meta: {}, beganAt: 1000 }), 3000)
  t.equal(lifetime.expiryAt(5500, { meta: {}, beganAt: 1000 }), 6000)
  t.equal(lifetime.isOver(5999, loaded(1000, 9999)), false)
  t.equal(lifetime.isOver(6000, loaded(1000, 9999)), true)
})

t.test('a touch is due once it moves the expiry by the interval', async (t) => {
  t.equal(lifetime.touchIsDue(1099, loaded(1000, 2000)), false)
  t.equal(lifetime.touchIsDue(1100, loaded(1000, 2000)), true)
  t.equal(lifetime.touchIsDue(5990, loaded(1000, 6000)), false, 'not where the absolute timeout leaves nothing to gain')
})

t.test('one session may be kept longer than the others', async (t) => {
  t.equal(lifetime.expiryAt(1000, { meta: { idleTimeoutMs: 3000 }, beganAt: 1000 }), 4000)
})
