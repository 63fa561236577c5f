import { createLiveKeyring, type Keyring, type LiveKeyringOptions, createKeyring } from '@keyturn/token-crypto'
import { createFakeClock } from '@keyturn/testing/clock'
import { test } from 'tap'
import { CREATED_AT, keyring, namedSecret, version } from '../fixtures/keyrings.ts'

const before = keyring('before')
const after = keyring('after', version('before', 'retiring'))

/** A source whose answers are given by hand, in any order. */
function manualSource() {
  const asked: PromiseWithResolvers<Keyring>[] = []
  const load = (): Promise<Keyring> => {
    const answer = Promise.withResolvers<Keyring>()
    asked.push(answer)
    return answer.promise
  }
  return { asked, load }
}

test('holds the keyring it was given', (t) => {
  t.equal(createLiveKeyring({ keyring: before }).current, before)
  t.end()
})

test('replacing tells every listener, with what was before', (t) => {
  const live = createLiveKeyring({ keyring: before })
  const seen: unknown[] = []
  live.onChange((current, previous) => seen.push(current === after, previous === before, live.current === after))
  live.replace(after)
  t.same(seen, [true, true, true])
  t.end()
})

test('a listener that left is not told', (t) => {
  const live = createLiveKeyring({ keyring: before })
  let told = 0
  const leave = live.onChange(() => told++)
  leave()
  live.replace(after)
  t.equal(told, 0)
  t.end()
})

test('a listener that throws keeps neither the swap nor the others', async (t) => {
  const live = createLiveKeyring({ keyring: before })
  const warned: string[] = []
  const remember = (warning: Error): void => void warned.push(warning.message)
  process.on('warning', remember)
  t.teardown(() => process.off('warning', remember))
  let told = 0
  live.onChange(() => {
    throw new Error('listener at fault')
  })
  live.onChange(() => {
    throw 'a text at fault'
  })
  live.onChange(() => told++)
  live.replace(after)
  t.equal(live.current, after)
  t.equal(told, 1)
  await new Promise((resolve) => setImmediate(resolve))
  t.same(warned, ['listener at fault', 'a text at fault'])
})

test('a keyring that accepts and signs alike is no change', async (t) => {
  const legacySecrets = [{ secret: namedSecret('raw'), acceptUntil: CREATED_AT }]
  const make = (): Keyring => createKeyring({ versions: [version('a')], encryptionVersions: [version('b')], legacySecrets })
  const first = make()
  const live = createLiveKeyring({ keyring: first, load: async () => make() })
  let told = 0
  live.onChange(() => told++)
  t.equal(await live.refresh(), first, 'the derived keys of the first are kept')
  live.replace(first)
  t.equal(told, 0)
})

test('every difference that matters is a change', (t) => {
  const base = { versions: [version('a'), version('b', 'retiring')] }
  const legacy = { secret: namedSecret('raw'), acceptUntil: CREATED_AT }
  const others: Keyring[] = [
    createKeyring({ versions: [version('a')] }),
    createKeyring({ versions: [version('a'), version('c', 'retiring')] }),
    createKeyring({ versions: [version('a'), version('b', 'pending')] }),
    createKeyring({ versions: [version('a'), version('b', 'retiring', CREATED_AT)] }),
    createKeyring({ versions: [version('a'), { ...version('b', 'retiring'), createdAt: 1 }] }),
    createKeyring({ ...base, encryptionVersions: [version('c')] }),
    createKeyring({ ...base, legacySecrets: [legacy] }),
  ]
  for (const other of others) {
    const live = createLiveKeyring({ keyring: createKeyring(base) })
    live.replace(other)
    t.equal(live.current, other)
  }
  const withLegacy = createKeyring({ ...base, legacySecrets: [legacy] })
  for (const changed of [{ ...legacy, acceptUntil: 1 }, { ...legacy, secret: namedSecret('other') }]) {
    const live = createLiveKeyring({ keyring: withLegacy })
    const other = createKeyring({ ...base, legacySecrets: [changed] })
    live.replace(other)
    t.equal(live.current, other)
  }
  t.end()
})

test('refreshing loads once for all who ask at the same time', async (t) => {
  const { asked, load } = manualSource()
  const live = createLiveKeyring({ keyring: before, load })
  const both = Promise.all([live.refresh(), live.refresh()])
  asked[0]?.resolve(after)
  t.same(await both, [after, after])
  t.equal(asked.length, 1)
  const again = live.refresh()
  t.equal(asked.length, 2, 'the next one asks anew')
  asked[1]?.resolve(after)
  await again
})

test('a refresh that fails rejects and keeps the last good keyring', async (t) => {
  let fail = true
  const load = async (): Promise<Keyring> => {
    if (fail) throw new Error('source is down')
    return after
  }
  const live = createLiveKeyring({ keyring: before, load })
  await t.rejects(live.refresh(), { message: 'source is down' })
  t.equal(live.current, before)
  fail = false
  t.equal(await live.refresh(), after)
})

test('a load that throws at once rejects too', async (t) => {
  const load = (): Promise<Keyring> => {
    throw new Error('source is broken')
  }
  const live = createLiveKeyring({ keyring: before, load })
  await t.rejects(live.refresh(), { message: 'source is broken' })
  t.equal(await live.refreshForUnknownKey(), false)
})

test('without a source, refreshing leaves things as they are', async (t) => {
  const live = createLiveKeyring({ keyring: before })
  t.equal(await live.refresh(), before)
  t.equal(await live.refreshForUnknownKey(), false)
})

test('what a slow refresh read does not undo a replacement', async (t) => {
  const { asked, load } = manualSource()
  const live = createLiveKeyring({ keyring: before, load })
  const slow = live.refresh()
  live.replace(after)
  asked[0]?.resolve(before)
  t.equal(await slow, after)
  t.equal(live.current, after)
})

test('a slow refresh that fails does not disturb the next one', async (t) => {
  const { asked, load } = manualSource()
  const live = createLiveKeyring({ keyring: before, load })
  const slow = live.refresh()
  live.replace(after)
  const next = live.refresh()
  asked[0]?.reject(new Error('too late'))
  await t.rejects(slow, { message: 'too late' })
  asked[1]?.resolve(before)
  t.equal(await next, before)
})

test('an unknown key asks the source once a cooldown', async (t) => {
  const clock = createFakeClock(CREATED_AT)
  let loads = 0
  const load = async (): Promise<Keyring> => {
    loads++
    return loads < 3 ? before : after
  }
  const live = createLiveKeyring({ keyring: before, load, cooldownMs: 100, clock })
  t.equal(await live.refreshForUnknownKey(), false)
  t.equal(await live.refreshForUnknownKey(), false)
  t.equal(loads, 1)
  await clock.advance(99)
  await live.refreshForUnknownKey()
  t.equal(loads, 1)
  await clock.advance(1)
  await live.refreshForUnknownKey()
  t.equal(loads, 2)
  await clock.advance(100)
  t.equal(await live.refreshForUnknownKey(), true, 'the keyring changed')
  t.equal(live.current, after)
})

test('all who meet an unknown key at the same time wait for one refresh', async (t) => {
  const { asked, load } = manualSource()
  const live = createLiveKeyring({ keyring: before, load, clock: createFakeClock() })
  const waiting = Promise.all([live.refreshForUnknownKey(), live.refreshForUnknownKey(), live.refreshForUnknownKey()])
  asked[0]?.resolve(after)
  t.same(await waiting, [true, true, true])
  t.equal(asked.length, 1)
})

test('an unknown key does not fail when the source does', async (t) => {
  const live = createLiveKeyring({ keyring: before, load: async () => Promise.reject(new Error('down')) })
  t.equal(await live.refreshForUnknownKey(), false)
  t.equal(live.current, before)
})

test('a clock that is set back does not stop refreshes', async (t) => {
  let now = CREATED_AT
  let loads = 0
  const live = createLiveKeyring({
    keyring: before,
    load: async () => {
      loads++
      return before
    },
    clock: { now: () => now, setTimer: () => () => {} },
  })
  await live.refreshForUnknownKey()
  now -= 3_600_000
  await live.refreshForUnknownKey()
  t.equal(loads, 2)
})

test('a cooldown is a number of milliseconds', (t) => {
  for (const cooldownMs of [-1, Number.NaN, Infinity, '5' as unknown as number]) {
    const options: LiveKeyringOptions = { keyring: before, cooldownMs }
    t.throws(() => createLiveKeyring(options), TypeError)
  }
  t.equal(createLiveKeyring({ keyring: before, cooldownMs: 0 }).current, before)
  t.end()
})
