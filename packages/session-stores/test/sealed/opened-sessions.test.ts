import { createFakeClock } from '@keyturn/testing/clock'
import {
  createKeyring,
  createLiveKeyring,
  createSecretVersion,
  generateSecret,
  type Keyring,
  type LiveKeyring,
  OpenError,
} from '@keyturn/token-crypto'
import t from 'tap'
import { createMemoryStore, createSealedSessions, type SealedSessions, type SessionStore, type StoreKey, toStoreKey } from '../../src/index.ts'
import { createOpenedSessions } from '../../src/sealed/opened-sessions.ts'
import { createSessionSealer } from '../../src/sealed/session-sealer.ts'
import { freshKeyring, keyringOf } from '../fixtures/keyrings.ts'

const later = (): number => Date.now() + 3_600_000

interface Counted {
  readonly sessions: SealedSessions
  readonly store: SessionStore
  /** Reads that had to decrypt: those that asked the keyring for the key itself. */
  decrypted(): number
}

function createCounted({ rememberBytes, live = freshKeyring() }: { rememberBytes?: number; live?: LiveKeyring } = {}): Counted {
  let decrypted = 0
  const counting = (keyring: Keyring): Keyring => ({
    ...keyring,
    find(purpose, keyId) {
      const found = keyring.find(purpose, keyId)
      if (found === undefined || purpose !== 'session') return found
      return Object.defineProperty({ ...found }, 'key', { get: () => (decrypted++, found.key) })
    },
  })
  const keyring: LiveKeyring = Object.create(live, { current: { get: () => counting(live.current) } })
  const store = createMemoryStore({ environment: 'test' })
  const remember = rememberBytes === undefined ? {} : { rememberBytes }
  return { store, sessions: createSealedSessions({ store, keyring, ...remember }), decrypted: () => decrypted }
}

async function countDecryptions(counted: Counted, work: () => Promise<unknown>): Promise<number> {
  const before = counted.decrypted()
  await work()
  return counted.decrypted() - before
}

t.test('a record that did not change is decrypted once, and each load is an object of its own', async (t) => {
  const counted = createCounted()
  const { sessions, store } = counted
  await createSealedSessions({ store, keyring: freshKeyring() }).create('foreign', { data: {}, expiresAt: later() })
  await sessions.create('id', { data: { list: [1] }, meta: { userId: 'u1' }, expiresAt: later() })
  t.ok((await countDecryptions(counted, () => sessions.load('id'))) > 0, 'a new one is known from its first read on')
  t.equal(await countDecryptions(counted, () => sessions.load('id')), 0)
  const loaded = await sessions.load('id')
  if (loaded !== undefined) await sessions.save(loaded, { data: { list: [1], more: 1 }, expiresAt: later() })
  t.equal(await countDecryptions(counted, () => sessions.load('id')), 0, 'what was written is known')
  await sessions.update('id', () => ({ list: [1] }))
  const [one, other] = [await sessions.load('id'), await sessions.load('id')]
  t.strictSame({ ...one, pristine: undefined }, { ...other, pristine: undefined })
  if (one === undefined) return t.fail('not loaded')
  ;(one.data.list as number[]).push(2)
  t.strictSame((await sessions.load('id'))?.data, { list: [1] })
  t.throws(() => Object.assign(one.meta, { userId: 'u2' }), TypeError, 'what all of them share cannot be changed')
})

t.test('each change is known in place of the one before, however long it is', async (t) => {
  const counted = createCounted()
  const { sessions } = counted
  await sessions.create('id', { data: {}, expiresAt: later() })
  for (const length of [1, 40, 3, 130, 131, 900, 900, 0, 5000, 2]) {
    const loaded = await sessions.load('id')
    const data = { text: 'x'.repeat(length), length }
    if (loaded !== undefined) await sessions.save(loaded, { data, expiresAt: later() })
    for (let turn = 0; turn < 3; turn++) {
      t.equal(await countDecryptions(counted, async () => t.strictSame((await sessions.load('id'))?.data, data)), 0)
    }
  }
})

t.test('a record that is on its way while its session is changed is not taken for the changed one', async (t) => {
  const store = createMemoryStore({ environment: 'test' })
  const late: (() => void)[] = []
  const get: SessionStore['get'] = async (key) => {
    const record = await store.get(key)
    if (late.length > 0) await new Promise<void>((resolve) => late.push(resolve))
    return record && { ...record, sealed: Buffer.from(record.sealed) }
  }
  const sessions = createSealedSessions({ store: { ...store, get }, keyring: freshKeyring() })
  await sessions.create('id', { data: { step: 1 }, expiresAt: later() })
  const loaded = await sessions.load('id')
  late.push(() => undefined)
  const onItsWay = sessions.load('id')
  await new Promise(setImmediate)
  if (loaded !== undefined) await sessions.save(loaded, { data: { step: 2 }, expiresAt: later() })
  for (const resolve of late.splice(0)) resolve()
  t.match(await onItsWay, { data: { step: 1 }, version: 1 })
  t.match(await sessions.load('id'), { data: { step: 2 }, version: 2 })
})

t.test('the key of a session that is remembered has memory of its own: a slice of a pool would keep all of it', async (t) => {
  const store = createMemoryStore({ environment: 'test' })
  const asked: StoreKey[] = []
  const watching = createSealedSessions({ store: { ...store, get: (key) => (asked.push(key), store.get(key)) }, keyring: freshKeyring() })
  await watching.create('id', { data: {}, expiresAt: later() })
  for (let i = 0; i < 3; i++) await watching.load('id')
  const [first, ...others] = asked
  t.ok(first?.equals(toStoreKey('id')))
  for (const key of others) t.match([key.buffer.byteLength, key.equals(first as Buffer)], [32, true])
  t.equal(others[0], others[1], 'and is made once')
})

t.test('nothing that is remembered of a session shares its memory, be it read or written', async (t) => {
  const keyring = freshKeyring()
  const sealer = createSessionSealer(keyring, 65_536)
  const opened = createOpenedSessions({ maxBytes: 1024 * 1024, keyring, sealer })
  const key = toStoreKey('id')
  const { record, texts } = sealer.seal(key, { dataText: '{}', metaText: '{}', version: 1, createdAt: 1, expiresAt: 2 }, { userId: 'ada' })
  for (const known of [texts, sealer.open(key, record)]) {
    opened.set('id', { key, texts: known, meta: {} })
    const kept = opened.get('id')?.texts
    t.match([kept?.sealed.buffer.byteLength, kept?.owner?.tag.buffer.byteLength], [texts.sealed.length + 128, 32])
    t.strictSame([kept?.sealed, kept?.owner?.tag], [texts.sealed, texts.owner?.tag])
  }
})

t.test('what another instance wrote is decrypted, and then known', async (t) => {
  const live = freshKeyring()
  const counted = createCounted({ live })
  const { sessions, store } = counted
  const elsewhere = createSealedSessions({ store, keyring: live })
  await sessions.create('id', { data: { a: 1 }, expiresAt: later() })
  await elsewhere.update('id', () => ({ a: 2 }))
  t.ok((await countDecryptions(counted, async () => t.strictSame((await sessions.load('id'))?.data, { a: 2 }))) > 0)
  t.equal(await countDecryptions(counted, () => sessions.load('id')), 0)
  const until = later() + 5000
  await elsewhere.touch('id', until)
  t.equal((await sessions.load('id'))?.expiresAt, until, 'where it stands is the word of the store')
  await elsewhere.destroy('id')
  t.equal(await sessions.load('id'), undefined)
})

t.test('what is remembered opens nothing that its record would not', async (t) => {
  const live = freshKeyring()
  const { sessions, store } = createCounted({ live })
  const mine = await sessions.create('mine', { data: { a: 1 }, meta: { userId: 'u1' }, expiresAt: later() })
  const theirs = await sessions.create('theirs', { data: { b: 1 }, meta: { userId: 'u2' }, expiresAt: later() })
  for (const id of ['mine', 'theirs']) await sessions.load(id)
  const record = await store.get(mine.key)
  const other = await store.get(theirs.key)
  if (record === undefined || other === undefined) return t.fail('not stored')
  await store.put(mine.key, { ...record, ownerTag: other.ownerTag }, 'any')
  await t.rejects(sessions.load('mine'), OpenError, 'another owner')
  await store.put(mine.key, { ...record, sealed: other.sealed }, 'any')
  await t.rejects(sessions.load('mine'), OpenError, 'the bytes of another session')
  const flipped = Buffer.from(record.sealed)
  flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 1
  await store.put(mine.key, { ...record, sealed: flipped }, 'any')
  await t.rejects(sessions.load('mine'), OpenError, 'one bit')
  await store.put(mine.key, record, 'any')
  t.strictSame((await sessions.load('mine'))?.data, { a: 1 })
})

t.test('a key that is gone opens nothing any more, whatever is remembered', async (t) => {
  const [older, newer] = [generateSecret(), generateSecret()]
  const live = createLiveKeyring({ keyring: keyringOf([older, 'primary']) })
  const { sessions, store } = createCounted({ live })
  const { key } = await sessions.create('id', { data: {}, expiresAt: later() })
  live.replace(keyringOf([newer, 'primary'], [older, 'retiring']))
  t.equal((await sessions.load('id'))?.stale, true)
  const record = await store.get(key)
  live.replace(keyringOf([newer, 'primary']))
  await t.rejects(sessions.load('id'), { code: 'KEYTURN_UNKNOWN_KEY' })
  const newId = live.current.primary('session').id
  if (record !== undefined) await store.put(key, { ...record, keyId: newId }, 'any')
  await t.rejects(sessions.load('id'), { code: 'KEYTURN_UNKNOWN_KEY' }, 'also where its record names another')
})

t.test('a record that its store keeps as it is, is compared once, and opens nothing once its key is gone', async (t) => {
  const [older, newer] = [generateSecret(), generateSecret()]
  const live = createLiveKeyring({ keyring: keyringOf([older, 'primary']) })
  const store = createMemoryStore({ environment: 'test' })
  const sessions = createSealedSessions({ store, keyring: live })
  const made = await sessions.create('id', { data: { list: [1] }, meta: { userId: 'u1' }, expiresAt: later() })
  const record = await store.get(made.key)
  if (record === undefined) return t.fail('not stored')
  let compared = 0
  const compare = (other: Uint8Array): boolean => (compared++, Buffer.compare(record.sealed, other) === 0)
  await sessions.load('id')
  await sessions.load('id')
  Object.defineProperty(record.sealed, 'equals', { value: compare })
  for (let turn = 0; turn < 3; turn++) {
    const loaded = await sessions.load('id')
    t.strictSame(loaded?.data, { list: [1] })
    const list = loaded?.data['list'] as number[] | undefined
    list?.push(2)
  }
  t.equal(compared, 0, 'the very same record')
  await sessions.touch('id', later() + 5000)
  t.ok(((await sessions.load('id'))?.expiresAt ?? 0) > later() + 1000, 'another record says where it stands')
  t.equal(compared, 1)
  live.replace(keyringOf([newer, 'primary'], [older, 'retiring']))
  t.equal((await sessions.load('id'))?.stale, true, 'under other keys it is looked at again')
  live.replace(keyringOf([newer, 'primary']))
  await t.rejects(sessions.load('id'), { code: 'KEYTURN_UNKNOWN_KEY' })
})

t.test('a key whose date passes while its record is remembered opens nothing any more', async (t) => {
  const clock = createFakeClock()
  const [older, newer] = [generateSecret(), generateSecret()]
  const endsAt = clock.now() + 60_000
  const before = createLiveKeyring({ keyring: keyringOf([older, 'primary']), clock })
  const store = createMemoryStore({ environment: 'test', clock })
  await createSealedSessions({ store, keyring: before, clock }).create('id', { data: {}, expiresAt: clock.now() + 3_600_000 })
  const versions = [
    createSecretVersion({ secret: newer, state: 'primary', createdAt: 0 }),
    createSecretVersion({ secret: older, state: 'retiring', createdAt: 0, retireAt: endsAt }),
  ]
  const sessions = createSealedSessions({ store, keyring: createLiveKeyring({ keyring: createKeyring({ versions, clock }), clock }), clock })
  for (let turn = 0; turn < 3; turn++) t.equal((await sessions.load('id'))?.stale, true)
  await clock.advance(60_000)
  await t.rejects(sessions.load('id'), { code: 'KEYTURN_UNKNOWN_KEY' })
})

t.test('no more is remembered than it was told, and nothing on request', async (t) => {
  const few = createCounted({ rememberBytes: 10_000 })
  const none = createCounted({ rememberBytes: 0 })
  const ids = Array.from({ length: 50 }, (_, i) => `id-${i}`)
  for (const { sessions } of [few, none]) {
    for (const id of ids) await sessions.create(id, { data: { id }, expiresAt: later() })
    for (const id of ids) await sessions.load(id)
    await sessions.create('id-new', { data: {}, expiresAt: later() })
  }
  const inTurns = async (): Promise<void> => {
    for (const id of ids) await few.sessions.load(id)
  }
  const decrypted = await countDecryptions(few, inTurns)
  t.ok(decrypted >= 40, 'there is no room for all')
  t.ok(decrypted < 50, 'and more that take turns than fit do not drive each other out')
  let reads = 1
  while ((await countDecryptions(few, () => few.sessions.load('id-new'))) > 0 && reads < 1000) reads++
  t.ok(reads < 1000, 'one that is read more often finds its place')
  t.ok((await countDecryptions(none, () => none.sessions.load('id-49'))) > 0)
  t.throws(() => createCounted({ rememberBytes: -1 }), /rememberBytes/)
})
