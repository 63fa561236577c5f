import { createLiveKeyring, createOwnerTag, generateSecret } from '@keyturn/token-crypto'
import { createFakeClock } from '@keyturn/testing/clock'
import t from 'tap'
import { createMemoryStore, createSealedSessions, type SealedSessions, type SessionData, type SessionMeta, type SessionStore, toStoreKey } from '../../src/index.ts'
import { freshKeyring, keyringOf } from '../fixtures/keyrings.ts'

const clock = createFakeClock()
const later = (): number => clock.now() + 3_600_000

function createSessions(options: { store?: SessionStore; keyring?: ReturnType<typeof freshKeyring> } = {}): SealedSessions {
  const store = options.store ?? createMemoryStore({ environment: 'test', clock })
  return createSealedSessions({ store, keyring: options.keyring ?? freshKeyring(), clock })
}

t.test('a key that is not known yet is looked for once', async (t) => {
  const [older, newer] = [generateSecret(), generateSecret()]
  const store = createMemoryStore({ environment: 'test', clock })
  const ahead = createLiveKeyring({ keyring: keyringOf([newer, 'primary'], [older, 'retiring']) })
  let loads = 0
  const behind = createLiveKeyring({
    keyring: keyringOf([older, 'primary']),
    load: async () => (loads++, ahead.current),
    clock,
  })
  await createSessions({ store, keyring: ahead }).create('id', { data: { a: 1 }, expiresAt: later() })
  const sessions = createSessions({ store, keyring: behind })
  t.strictSame((await sessions.load('id'))?.data, { a: 1 })
  t.equal(loads, 1)
  await createSessions({ store }).create('foreign', { data: {}, expiresAt: later() })
  await t.rejects(sessions.load('foreign'), { code: 'KEYTURN_UNKNOWN_KEY' })
})

t.test('a session under an older key is stale until it is rewrapped', async (t) => {
  const [older, newer] = [generateSecret(), generateSecret()]
  const keyring = createLiveKeyring({ keyring: keyringOf([older, 'primary']) })
  const sessions = createSessions({ keyring })
  await sessions.create('id', { data: { a: 1 }, meta: { userId: 'u1' }, expiresAt: later() })
  keyring.replace(keyringOf([newer, 'primary'], [older, 'retiring']))
  const stale = await sessions.load('id')
  if (stale === undefined) return t.fail('not loaded')
  t.equal(stale.stale, true)
  const [one, other] = [await sessions.rewrap(stale), await sessions.rewrap(stale)]
  t.equal(one.outcome, 'stored')
  t.equal(other.outcome, 'conflict')
  keyring.replace(keyringOf([newer, 'primary']))
  const fresh = await sessions.load('id')
  t.equal(fresh?.stale, false)
  t.strictSame([fresh?.data, fresh?.meta, fresh?.createdAt], [stale.data, stale.meta, stale.createdAt])
  t.equal((await sessions.listByOwner('u1')).length, 1, 'its owner is tagged anew too')
})

t.test('a change tags its owner under the key of the moment, and takes the tag that was sealed while that is the same', async (t) => {
  const [older, newer] = [generateSecret(), generateSecret()]
  const keyring = createLiveKeyring({ keyring: keyringOf([older, 'primary']) })
  const sessions = createSessions({ keyring })
  await sessions.create('id', { data: { count: 0 }, meta: { userId: 'u1' }, expiresAt: later() })
  const change = async (data: SessionData, meta?: SessionMeta): Promise<Buffer | undefined> => {
    const loaded = await sessions.load('id')
    if (loaded !== undefined) await sessions.save(loaded, { data, expiresAt: later(), ...(meta === undefined ? {} : { meta }) })
    return (await sessions.store.get(toStoreKey('id')))?.ownerTag
  }
  const under = (userId: string): Buffer => createOwnerTag(keyring.current, userId)
  t.strictSame(await change({ count: 1 }), under('u1'))
  t.strictSame(await change({ count: 2 }), under('u1'))
  t.strictSame(await change({ count: 3 }, { userId: 'u2' }), under('u2'), 'of another user')
  keyring.replace(keyringOf([newer, 'primary'], [older, 'retiring']))
  t.strictSame(await change({ count: 4 }), under('u2'), 'under another key')
  keyring.replace(keyringOf([newer, 'primary']))
  t.strictSame((await sessions.listByOwner('u2')).map(({ data }) => data), [{ count: 4 }])
  t.strictSame(await change({ count: 5 }, {}), undefined, 'of nobody')
})

t.test('a session under a newer key that is still pending here is not stale', async (t) => {
  const [older, newer] = [generateSecret(), generateSecret()]
  const store = createMemoryStore({ environment: 'test', clock })
  const ahead = createLiveKeyring({ keyring: keyringOf([newer, 'primary'], [older, 'retiring']) })
  const behind = createLiveKeyring({ keyring: keyringOf([older, 'primary'], [newer, 'pending']) })
  await createSessions({ store, keyring: ahead }).create('id', { data: {}, meta: { userId: 'u1' }, expiresAt: later() })
  t.equal((await createSessions({ store, keyring: behind }).load('id'))?.stale, false)
})
