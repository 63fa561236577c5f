import t from 'tap'
import type { SecretSet } from '../../src/index.ts'
import { promote, stage } from '../../src/rotation/phases.ts'
import { findNextStep, judgeAge, type RotationTimes } from '../../src/rotation/policy.ts'
import { createTestClock, manage, MINUTE } from '../fixtures/managed.ts'
import { createScriptedProvider, DAY, NOW, sampleVersion } from '../fixtures/samples.ts'

t.setTimeout(30_000)

const TIMES: RotationTimes = { propagationMs: 15 * MINUTE, maxAgeMs: 90 * DAY, warnBeforeMs: 14 * DAY, automatic: true }

t.test('the next step is what the set itself says', async (t) => {
  const fresh = setOf(sampleVersion())
  t.strictSame(findNextStep(fresh, TIMES, NOW), { step: 'wait', until: NOW + 90 * DAY })
  t.strictSame(findNextStep(fresh, { ...TIMES, automatic: false }, NOW), { step: 'wait', until: undefined })
  t.strictSame(findNextStep(fresh, TIMES, NOW + 90 * DAY), { step: 'stage' })

  const staged = stage(fresh, NOW + 90 * DAY)
  const promoteAt = NOW + 90 * DAY + 15 * MINUTE
  t.strictSame(findNextStep(staged, TIMES, promoteAt - 1), { step: 'wait', until: promoteAt }, 'not staged again')
  t.strictSame(findNextStep(staged, TIMES, promoteAt), { step: 'promote' })

  const promoted = promote(staged, { now: promoteAt, graceMs: 30 * DAY })
  t.strictSame(findNextStep(promoted, TIMES, promoteAt), { step: 'wait', until: promoteAt + 30 * DAY })
  t.strictSame(findNextStep(promoted, TIMES, promoteAt + 30 * DAY), { step: 'drop-ended' })
})

t.test('a secret whose age nobody knows is never due, and one that others staged is theirs', async (t) => {
  const unknown = setOf(sampleVersion('primary', { createdAt: 0 }))
  t.strictSame(findNextStep(unknown, TIMES, NOW), { step: 'wait', until: undefined })
  t.equal(judgeAge(unknown, TIMES, NOW), 'unknown')
  const foreign = setOf(sampleVersion('primary', { createdAt: NOW }), sampleVersion('pending', { createdAt: 0 }))
  t.strictSame(findNextStep(foreign, TIMES, NOW + 91 * DAY), { step: 'wait', until: undefined })
})

t.test('the age of the primary: fresh, due soon, overdue', async (t) => {
  const set = setOf(sampleVersion())
  t.equal(judgeAge(set, TIMES, NOW + 76 * DAY - 1), 'fresh')
  t.equal(judgeAge(set, TIMES, NOW + 76 * DAY), 'due-soon')
  t.equal(judgeAge(set, TIMES, NOW + 90 * DAY), 'overdue')
})

t.test('without automatic rotation, it is warned once a day', async (t) => {
  const clock = createTestClock()
  const { manager, events } = await manage({ providers: [createScriptedProvider()], clock, refreshIntervalMs: DAY / 4, propagationMs: DAY / 4 })
  await clock.advance(75 * DAY)
  t.strictSame(events.map(({ type }) => type), ['created'])
  await clock.advance(16 * DAY)
  t.match(manager.status(), { age: 'overdue', dueAt: NOW + 90 * DAY })
  const warnings = events.filter(({ type }) => type === 'due-soon' || type === 'overdue')
  t.match(warnings[0], { type: 'due-soon', dueAt: NOW + 90 * DAY, keyIds: [manager.status().primaryKeyId] })
  const soon = warnings.filter(({ type }) => type === 'due-soon').length
  t.ok(soon > 10 && soon <= 14, `${soon} warnings in the 14 days before`)
  t.equal(warnings.filter(({ type }) => type === 'overdue').length, 1)
  await manager.close()
})

t.test('a year of automatic rotation by four instances: each rotation happens once', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider()
  const instances = await Promise.all(
    [0.1, 0.35, 0.6, 0.85].map((random) =>
      manage({
        providers: [source],
        clock,
        refreshIntervalMs: 360 * MINUTE,
        propagationMs: 1080 * MINUTE,
        graceMs: 30 * DAY,
        rotation: { automatic: true },
        random: () => random,
      }),
    ),
  )
  await clock.advance(365 * DAY)
  const all = instances.flatMap(({ events }) => events)
  const count = (type: string): number => all.filter((event) => event.type === type).length
  t.strictSame([count('staged'), count('promoted'), count('retired')], [4, 4, 3], 'the fourth is still in its grace')
  t.equal(all.filter(({ type }) => type.endsWith('failed')).length, 0)
  t.equal(new Set(instances.map(({ manager }) => manager.status().primaryKeyId)).size, 1)
  t.ok(instances.every(({ manager }) => manager.status().age === 'fresh'))
  t.equal(source.set?.versions.length, 2)
  await Promise.all(instances.map(({ manager }) => manager.close()))
})

t.test('an instance that may not write leaves it to the others, and says so', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider(setOf(sampleVersion()))
  const reader = { ...source, load: () => source.load(), replace: () => Promise.reject(new Error('AccessDenied')) }
  const rotation = { automatic: true, maxAgeMs: 60 * MINUTE }
  const one = await manage({ providers: [reader], clock, rotation, random: () => 0.1 })
  const two = await manage({ providers: [source], clock, rotation, random: () => 0.9 })
  await clock.advance(75 * MINUTE)
  t.match(one.events.find(({ type }) => type === 'rotation-failed'), { code: 'KEYTURN_SECRET_SOURCE_UNAVAILABLE' })
  t.equal(two.events.filter(({ type }) => type === 'promoted').length, 1)
  t.equal(one.manager.status().primaryKeyId, two.manager.status().primaryKeyId)
  await Promise.all([one.manager.close(), two.manager.close()])
})

t.test('a rotation that its process did not finish is finished by another', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider(setOf(sampleVersion()))
  const first = await manage({ providers: [source], clock })
  const { pendingKeyId } = await first.manager.rotate()
  await first.manager.close()
  const second = await manage({ providers: [source], clock })
  await clock.advance(300_000 + 100_000)
  t.equal(second.manager.status().primaryKeyId, pendingKeyId)
  await second.manager.close()
})

function setOf(...versions: SecretSet['versions']): SecretSet {
  return { versions, origin: 'scripted' }
}
