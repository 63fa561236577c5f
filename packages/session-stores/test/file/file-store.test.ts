import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock } from '@keyturn/testing/clock'
import { spawnNode, startUnreaped } from '@keyturn/testing/processes'
import t, { test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { putSample, sampleKey, sampleRecord } from '../../src/conformance/samples.ts'
import { createFileStore, createSealedSessions } from '../../src/index.ts'
import { freshKeyring } from '../fixtures/keyrings.ts'

const folder = await mkdtemp(join(tmpdir(), 'keyturn-file-store-'))
t.teardown(() => rm(folder, { recursive: true }))
let count = 0
const freshPath = (): string => join(folder, `sessions-${++count}.json`)
const clock = createFakeClock()

testConformance({ test, clock, createStore: () => createFileStore({ path: freshPath(), clock }) })

t.test('sessions are there again after the store was closed', async (t) => {
  const path = freshPath()
  const first = createFileStore({ path, clock })
  const kept = await putSample(first, clock, { ownerTag: Buffer.alloc(32, 5) })
  const ended = await putSample(first, clock)
  await first.destroy(ended.key)
  await first.touch(kept.key, kept.record.expiresAt + 5)
  await first.close()
  const second = createFileStore({ path, clock })
  t.teardown(() => second.close())
  t.strictSame({ ...(await second.get(kept.key)) }, { ...kept.record, expiresAt: kept.record.expiresAt + 5 })
  t.equal(await second.get(ended.key), undefined)
  t.equal((await second.listByOwner?.(Buffer.alloc(32, 5)))?.length, 1)
})

t.test('only its owner may read the file, which shows nothing of a session', async (t) => {
  const path = join(folder, 'deep', 'er', 'sessions.json')
  const store = createFileStore({ path })
  t.teardown(() => store.close())
  const sessions = createSealedSessions({ store, keyring: freshKeyring() })
  await sessions.create('the-id-of-a-cookie', { data: { note: 'private-note' }, meta: { userId: 'anna' }, expiresAt: Date.now() + 60_000 })
  const content = await readFile(path, 'utf8')
  t.notMatch(content, /the-id-of-a-cookie|private-note|anna/)
  t.equal((await stat(path)).mode & 0o777, 0o600)
  t.strictSame((await readdir(join(folder, 'deep', 'er'))).sort(), ['sessions.json', 'sessions.json.lock'])
})

t.test('a second store on the same file is refused, until the first is closed', async (t) => {
  const path = freshPath()
  const [first, second] = [createFileStore({ path, clock }), createFileStore({ path, clock })]
  t.teardown(() => second.close())
  await first.ping()
  await t.rejects(second.get(sampleKey()), { code: 'KEYTURN_STORE_FAILED', reason: 'LOCKED', message: /remove .*\.lock/ })
  await first.close()
  await second.ping()
})

t.test('another process is refused, and its lock does not outlive it', async (t) => {
  const path = freshPath()
  const child = await spawnNode(new URL('./fixtures/hold-file.ts', import.meta.url), { args: [path] })
  await child.waitForLine(/^held$/)
  const store = createFileStore({ path })
  t.teardown(() => store.close())
  await t.rejects(store.ping(), { code: 'KEYTURN_STORE_FAILED', reason: 'LOCKED' })
  await child.kill('SIGKILL')
  await store.ping()
})

t.test('a lock of a process that has ended does not count, though nobody took note of its end', async (t) => {
  const path = freshPath()
  await using ended = await startUnreaped()
  await writeFile(`${path}.lock`, `${ended.pid}\n`)
  const store = createFileStore({ path })
  t.teardown(() => store.close())
  await store.ping()
})

t.test('a lock of a former process with our own number does not count', async (t) => {
  const path = freshPath()
  await writeFile(`${path}.lock`, `${process.pid}\n`)
  const store = createFileStore({ path })
  t.teardown(() => store.close())
  await store.ping()
})

t.test('a file that is not ours is neither read nor overwritten', async (t) => {
  const contents = ['', 'not json', '[]', 'null', '{"format":2,"sessions":{}}', '{"format":1}', '{"format":1,"sessions":{"x":{}}}', '{"format":1,"sessions":{"x":null}}']
  for (const content of contents) {
    const path = freshPath()
    await writeFile(path, content)
    const store = createFileStore({ path, clock })
    await t.rejects(store.put(sampleKey(), sampleRecord(clock), 'any'), { code: 'KEYTURN_STORE_RECORD' }, content)
    await store.close()
    t.equal(await readFile(path, 'utf8'), content)
    t.notOk((await readdir(folder)).some((name) => name === `sessions-${count}.json.lock`))
  }
})

t.test('a folder that cannot be written to is an outage', async (t) => {
  const path = join(freshPath(), 'inside')
  await writeFile(join(path, '..'), 'a file, not a folder')
  const store = createFileStore({ path, clock })
  t.teardown(() => store.close())
  await t.rejects(store.ping(), { code: 'KEYTURN_STORE_UNAVAILABLE' })
})

t.test('many changes at once are all on the disk when they are answered', async (t) => {
  const path = freshPath()
  const store = createFileStore({ path, clock })
  t.teardown(() => store.close())
  const sessions = await Promise.all(Array.from({ length: 40 }, () => putSample(store, clock)))
  const content = JSON.parse(await readFile(path, 'utf8')) as { sessions: object }
  t.strictSame(Object.keys(content.sessions).sort(), sessions.map(({ key }) => key.toString('base64url')).sort())
})

t.test('wrong options are told all at once', (t) => {
  t.throws(() => createFileStore({ path: '', maxEntries: 0, maxBytes: Number.NaN }), /path.*maxEntries.*maxBytes/)
  t.end()
})
