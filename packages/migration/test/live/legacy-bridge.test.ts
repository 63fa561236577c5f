import { createHmac } from 'node:crypto'
import { createMemoryStore, createSealedSessions, type SealedSessions } from '@keyturn/session-stores'
import { createCookieSigner, createLiveKeyring, Secret } from '@keyturn/token-crypto'
import t from 'tap'
import { createLegacyBridge, createMemoryReader, importSessions, type LegacyBridge, type LegacyPhase } from '../../src/index.ts'
import { keyringOf } from '../support/secrets.ts'

const HOUR_MS = 3_600_000
const OLD_SECRET = 'flowise'
const acceptUntil = Date.now() + 24 * HOUR_MS

interface World {
  readonly old: Map<string, unknown>
  readonly plain: SealedSessions
  readonly sessions: SealedSessions
  readonly bridge: LegacyBridge
}

function world(phase: LegacyPhase): World {
  const old = new Map<string, unknown>()
  const keyring = createLiveKeyring({ keyring: keyringOf('new') })
  const plain = createSealedSessions({ store: createMemoryStore({ environment: 'test', maxEntries: 100 }), keyring })
  const bridge = createLegacyBridge({
    store: createMemoryReader({ sessions: old }),
    cookies: { format: 'express-session', secrets: [Secret.fromText(OLD_SECRET)], acceptUntil },
    phase,
    userIdOf: (data) => data['user'] as string | undefined,
  })
  return { old, plain, sessions: bridge.wrapSessions(plain), bridge }
}

/** As the old application writes it. */
function oldWrites(old: Map<string, unknown>, id: string, data: object, expiresAt = Date.now() + HOUR_MS): void {
  const cookie = { originalMaxAge: HOUR_MS, expires: new Date(expiresAt).toISOString(), httpOnly: true, path: '/app' }
  old.set(id, { ...data, cookie })
}

function oldReads(old: Map<string, unknown>, id: string): Record<string, unknown> | undefined {
  const found = old.get(id) as Record<string, unknown> | undefined
  if (found === undefined) return undefined
  const { cookie: _, ...data } = found
  return data
}

t.test('forward: a session moves over with data, owner and expiry when its user comes, and leaves the old store', async (t) => {
  const { old, sessions, plain } = world('forward')
  const expiresAt = Math.floor(Date.now() / 1000) * 1000 + HOUR_MS
  oldWrites(old, 'one', { user: 'ann', cart: [1] }, expiresAt)
  const loaded = await sessions.load('one')
  t.match(loaded, { data: { user: 'ann', cart: [1] }, meta: { userId: 'ann' }, expiresAt })
  t.equal(old.size, 0)
  t.match(await plain.load('one'), { data: { user: 'ann' } })
  t.equal(await sessions.load('unknown'), undefined)
})

t.test('forward: requests that come at once all find the session, and its end ends it', async (t) => {
  const { old, sessions, plain } = world('forward')
  oldWrites(old, 'one', { user: 'ann' })
  const loaded = await Promise.all(Array.from({ length: 8 }, () => sessions.load('one')))
  t.ok(loaded.every((each) => each?.data['user'] === 'ann'))
  oldWrites(old, 'two', { user: 'ann' })
  await Promise.all([sessions.load('two'), sessions.destroy('two'), sessions.load('two')])
  t.equal(await sessions.load('two'), undefined)
  t.equal(await plain.load('two'), undefined)
})

t.test('reversible: both applications may run at once, and each sees what the other did', async (t) => {
  const { old, sessions } = world('reversible')
  oldWrites(old, 'one', { user: 'ann', cart: [1] })
  const loaded = await sessions.load('one')
  if (loaded === undefined) throw new Error('not carried')
  t.ok(old.has('one'), 'it stays there')
  await sessions.save(loaded, { data: { user: 'ann', cart: [1, 2] }, expiresAt: loaded.expiresAt })
  t.same(oldReads(old, 'one'), { user: 'ann', cart: [1, 2] })
  t.match(old.get('one'), { cookie: { path: '/app', originalMaxAge: HOUR_MS } }, 'under the cookie it had')
  oldWrites(old, 'one', { user: 'ann', cart: [] }, Date.now() + 2 * HOUR_MS)
  const again = await sessions.load('one')
  t.same(again?.data, { user: 'ann', cart: [] })
  t.ok((again?.expiresAt ?? 0) > Date.now() + 1.9 * HOUR_MS, 'and its new expiry')
  oldWrites(old, 'one', { user: 'ann', cart: [1, 2] })
  t.same((await sessions.load('one'))?.data, { user: 'ann', cart: [1, 2] }, 'also when it changes back')
  old.delete('one')
  t.equal(await sessions.load('one'), undefined, 'ended there is ended here')
})

t.test('reversible: what begins, is touched, changed in one step and ended here is so there', async (t) => {
  const { old, sessions } = world('reversible')
  const expiresAt = Date.now() + HOUR_MS
  await sessions.create('new', { data: { user: 'bob', n: 1 }, meta: { userId: 'bob' }, expiresAt })
  t.same(oldReads(old, 'new'), { user: 'bob', n: 1 })
  await sessions.update('new', (data) => ({ ...data, n: 2 }))
  t.same(oldReads(old, 'new'), { user: 'bob', n: 2 })
  await sessions.touch('new', expiresAt + HOUR_MS)
  t.match(old.get('new'), { cookie: { expires: new Date(expiresAt + HOUR_MS).toISOString() } })
  await sessions.create('other', { data: { user: 'bob' }, meta: { userId: 'bob' }, expiresAt })
  await sessions.destroyByOwner('bob', { except: 'other' })
  t.same([...old.keys()], ['other'])
  const [owned] = await sessions.listByOwner('bob')
  if (owned === undefined) throw new Error('not listed')
  await sessions.destroyOwned('bob', owned.key)
  t.equal(old.size, 0)
})

t.test('cut over: what the old application did last counts once more, then the session is here alone', async (t) => {
  const { old, sessions, bridge } = world('reversible')
  for (const id of ['changed', 'ended', 'same']) {
    oldWrites(old, id, { user: 'ann', n: 1 })
    await sessions.load(id)
  }
  oldWrites(old, 'changed', { user: 'ann', n: 2 })
  old.delete('ended')
  bridge.switch.set('forward')
  const together = await Promise.all([sessions.load('changed'), sessions.load('changed'), sessions.load('changed')])
  t.same(together.map((each) => each?.data['n']), [2, 2, 2])
  t.equal(await sessions.load('ended'), undefined)
  t.match(await sessions.load('same'), { data: { n: 1 } })
  t.equal(old.size, 0)
  t.match(await sessions.load('same'), { data: { n: 1 } })
})

t.test('what was left behind in the old store does not undo newer changes when the phase is reversible again', async (t) => {
  const { old, sessions, bridge } = world('forward')
  const expiresAt = Date.now() + HOUR_MS
  oldWrites(old, 'one', { user: 'ann', n: 1 }, expiresAt)
  const loaded = await sessions.load('one')
  if (loaded === undefined) throw new Error('not carried')
  await sessions.save(loaded, { data: { user: 'ann', n: 2 }, expiresAt: loaded.expiresAt })
  oldWrites(old, 'one', { user: 'ann', n: 1 }, expiresAt)
  bridge.switch.set('reversible')
  t.match(await sessions.load('one'), { data: { n: 2 } })
  t.match(oldReads(old, 'one'), { n: 2 })
})

t.test('what the old application wrote never undoes what a request of ours wrote meanwhile', async (t) => {
  for (const phase of ['reversible', 'forward'] as const) {
    const { old, plain, sessions, bridge } = world('reversible')
    oldWrites(old, 'one', { user: 'ann', n: 1 })
    await sessions.load('one')
    oldWrites(old, 'one', { user: 'ann', n: 2 })
    bridge.switch.set(phase)
    const [first] = await Promise.all([
      sessions.load('one').then((loaded) => loaded && sessions.save(loaded, { data: { user: 'ann', n: 3 }, expiresAt: loaded.expiresAt })),
      sessions.load('one'),
      sessions.load('one'),
    ])
    t.match(first, { outcome: 'stored' })
    t.match(await plain.load('one'), { data: { n: 3 } }, phase)
  }
})

t.test('an outage of the old store has a code, and none of the ids that drivers quote', async (t) => {
  const failure = Object.assign(new Error('GET sess:secret-id'), { code: 'ECONNREFUSED', command: { args: ['sess:secret-id'] } })
  const down = () => Promise.reject(failure)
  const store = { ...createMemoryReader({ sessions: new Map() }), read: down, destroy: down }
  const cookies = { format: 'express-session', secrets: [Secret.fromText(OLD_SECRET)], acceptUntil } as const
  const { plain } = world('done')
  const sessions = createLegacyBridge({ store, cookies }).wrapSessions(plain)
  for (const work of [sessions.load('one'), sessions.destroy('one')]) {
    const error: unknown = await work.catch((thrown: unknown) => thrown)
    t.match(error, { code: 'KEYTURN_MIGRATION_LEGACY_STORE', reason: 'ECONNREFUSED', cause: undefined })
    t.notMatch(JSON.stringify(error) + String(error), /secret-id/)
  }
})

t.test('without a store only the cookies of the old application are known', (t) => {
  const cookies = { format: 'express-session', secrets: [Secret.fromText(OLD_SECRET)], acceptUntil } as const
  const bridge = createLegacyBridge({ cookies })
  const { plain } = world('done')
  t.equal(bridge.switch.phase, 'forward')
  t.equal(bridge.wrapSessions(plain), plain)
  t.end()
})

t.test('a dry run of an import into bridged sessions writes to neither store', async (t) => {
  const { old, plain, sessions } = world('forward')
  oldWrites(old, 'one', { user: 'ann' })
  const from = createMemoryReader({ sessions: old })
  t.match(await importSessions({ from, into: sessions, dryRun: true }), { outcomes: { changed: 1 } })
  t.equal(old.size, 1)
  t.equal(await plain.load('one'), undefined)
})

t.test('a save that arrives after the end of its session brings it back in neither store', async (t) => {
  const { old, sessions, plain } = world('reversible')
  oldWrites(old, 'one', { user: 'ann' })
  const loaded = await sessions.load('one')
  if (loaded === undefined) throw new Error('not carried')
  await sessions.destroy('one')
  t.match(await sessions.save(loaded, { data: { late: true }, expiresAt: loaded.expiresAt }), { outcome: 'gone' })
  t.equal(old.size, 0)
  t.equal(await plain.load('one'), undefined)
})

t.test('a session made in phase forward gets its way back when the phase is reversible again', async (t) => {
  const { old, sessions, bridge } = world('forward')
  await sessions.create('one', { data: { user: 'ann' }, expiresAt: Date.now() + HOUR_MS })
  t.equal(old.size, 0)
  bridge.switch.set('reversible')
  await sessions.load('one')
  t.same(oldReads(old, 'one'), { user: 'ann' })
  bridge.switch.set('done')
  await sessions.destroy('one')
  t.equal(old.size, 1, 'done: the old store is left alone')
})

t.test('sessions in memory are drained into the new store when the process ends', async (t) => {
  const { old, sessions } = world('done')
  for (let i = 0; i < 50; i++) oldWrites(old, `id ${i}`, { user: 'ann', i })
  oldWrites(old, 'expired', {}, Date.now() - 1)
  const userIdOf = (data: Readonly<Record<string, unknown>>) => data['user'] as string
  const options = { from: createMemoryReader({ sessions: old }), into: sessions, userIdOf, pageSize: 8 }
  t.match(await importSessions({ ...options, dryRun: true }), { dryRun: true, outcomes: { changed: 50 } })
  t.match(await importSessions(options), { state: 'done', outcomes: { changed: 50 }, total: 50 })
  t.match(await importSessions(options), { nothingToDo: true, outcomes: { current: 50 } })
  t.match(await sessions.load('id 7'), { data: { user: 'ann', i: 7 } })
  t.equal((await sessions.listByOwner('ann')).length, 50)
  t.match(await importSessions({ ...options, move: true }), { outcomes: { current: 50 } })
  t.equal(old.size, 51, 'what is there already is not moved')
})

t.test('cookies of the old application are taken until their date and then issued anew', async (t) => {
  const keyring = createLiveKeyring({ keyring: keyringOf('new') })
  const current = createCookieSigner(keyring)
  const signedByOld = (prefix: string, secret = OLD_SECRET) =>
    `${prefix}some-id.${createHmac('sha256', secret).update('some-id').digest('base64').replace(/=+$/, '')}`
  let now = Date.now()
  const clock = { now: () => now, setTimer: () => () => undefined }
  const cookies = { format: 'express-session', secrets: [Secret.fromText(OLD_SECRET), Secret.fromText('older')], acceptUntil } as const
  const bridge = createLegacyBridge({ store: createMemoryReader({ sessions: new Map() }), cookies, clock })
  const signer = bridge.wrapSigner(current)

  t.equal(signer.sign('some-id'), signedByOld('s:'), 'reversible: as the old application signs')
  t.same(signer.unsign(signedByOld('s:')), { valid: true, renew: false, value: 'some-id' })
  t.same(signer.unsign(signedByOld('s:', 'older')), { valid: true, renew: true, value: 'some-id' })
  t.match(signer.unsign(current.sign('some-id')), { valid: true, renew: true })
  bridge.switch.set('forward')
  t.equal(signer.sign('some-id'), current.sign('some-id'))
  t.same(signer.unsign(signedByOld('s:')), { valid: true, renew: true, value: 'some-id' })
  t.same(signer.unsign(signedByOld('')), { valid: true, renew: true, value: 'some-id' })
  t.match(signer.unsign(current.sign('some-id')), { valid: true, renew: false })
  const refused = { valid: false, renew: false, value: null }
  for (const forged of [signedByOld('s:', 'guessed'), 's:some-id', 's:.x', '', 's:some-id.', `${signedByOld('s:')}x`, 'x'.repeat(5000)]) {
    t.same(signer.unsign(forged), refused)
  }
  now = acceptUntil
  t.same(signer.unsign(signedByOld('s:')), refused, 'after the date')
  bridge.switch.set('reversible')
  t.equal(signer.sign('some-id'), current.sign('some-id'), 'and nothing is signed under it either')
})

t.test('wrong options are named at once', async (t) => {
  const store = createMemoryReader({ sessions: {} })
  const cookies = { format: 'cookie-session', secrets: [], acceptUntil: Number.NaN } as never
  const wrap = () => createLegacyBridge({ store, cookies }).wrapSigner(createCookieSigner(createLiveKeyring({ keyring: keyringOf('new') })))
  t.throws(wrap, { name: 'TypeError', message: /format .*; cookies\.secrets .*; cookies\.acceptUntil/ })
  t.throws(() => createLegacyBridge({ store, cookies, phase: 'later' as never }), TypeError)
})
