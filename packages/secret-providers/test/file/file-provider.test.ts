import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFakeClock } from '@keyturn/testing/clock'
import t, { type Test } from 'tap'
import { createFileProvider, type SecretProvider, type SecretSet } from '../../src/index.ts'
import { promote, stage, startAfresh } from '../../src/rotation/phases.ts'
import { DAY, NOW, sampleText, sampleVersion, textOf } from '../fixtures/samples.ts'

t.test('nothing there is absence, not an error', async (t) => {
  t.equal(await createFileProvider({ folder: join(t.testdir(), 'not', 'there') }).load(), undefined)
})

t.test('empty and torn files are errors, never absence, and are left as they are', async (t) => {
  const path = writePrivate(t, '')
  const provider = createFileProvider({ path })
  for (const text of ['', '\n', '{"format":"keyturn-key-set","ver', 'two\nlines', '\0'.repeat(64)]) {
    writeFileSync(path, text)
    await t.rejects(provider.load(), { code: 'KEYTURN_SECRET_SOURCE_CORRUPT' })
    await t.rejects(async () => provider.create?.(sampleVersion()), { code: 'KEYTURN_SECRET_SOURCE_CORRUPT' })
    t.equal(readFileSync(path, 'utf8'), text)
  }
})

t.test('a plain secret file is read, and becomes a key set at its first change', async (t) => {
  const text = sampleText()
  const path = writePrivate(t, `${text}\n`)
  utimesSync(path, NOW / 1000, NOW / 1000)
  const provider = createFileProvider({ path })
  const set = await load(provider)
  t.match(set, { origin: `file ${path}`, versions: [{ state: 'primary', createdAt: NOW }] })
  t.equal(await provider.replace?.(stage(set, NOW), set), 'replaced')
  const next = await load(provider)
  t.match(next.versions, [{ id: set.versions[0]?.id, state: 'primary' }, { state: 'pending' }])
  t.match(JSON.parse(readFileSync(path, 'utf8')), { format: 'keyturn-key-set', version: 1, createdAt: new Date(NOW).toISOString() })
})

t.test('a change of something that has changed meanwhile is a conflict and writes nothing', async (t) => {
  const { provider, set } = await created(t)
  t.equal(await provider.replace?.(stage(set, NOW), set), 'replaced')
  const between = await load(provider)
  t.equal(await provider.replace?.(stage(set, NOW + 1), set), 'conflict')
  t.strictSame((await load(provider)).versions.map(({ id }) => id), between.versions.map(({ id }) => id))
})

t.test('of many changes at once exactly one is made', async (t) => {
  const { folder, set } = await created(t)
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, async () => createFileProvider({ folder }).replace?.(stage(set, NOW), set)),
  )
  t.equal(outcomes.filter((outcome) => outcome === 'replaced').length, 1)
  t.equal(outcomes.filter((outcome) => outcome === 'conflict').length, 19)
  t.strictSame(readdirSync(folder).filter((name) => name.endsWith('.tmp')), [])
})

t.test('the file was removed: a change is a conflict, and does not bring it back', async (t) => {
  const { folder, provider, set } = await created(t)
  rmSync(join(folder, 'session-secrets.json'))
  t.equal(await provider.replace?.(stage(set, NOW), set), 'conflict')
  t.equal(await provider.load(), undefined)
})

t.test('what killed processes left behind is removed, what others are writing is not', async (t) => {
  const { folder, provider, set } = await created(t)
  const forgotten = join(folder, '.session-secrets.json.77-00.tmp')
  const fresh = join(folder, '.session-secrets.json.78-00.tmp')
  writeFileSync(forgotten, '', { mode: 0o600 })
  writeFileSync(fresh, '', { mode: 0o600 })
  utimesSync(forgotten, 1, 1)
  await provider.replace?.(stage(set, NOW), set)
  t.strictSame(readdirSync(folder).filter((name) => name.endsWith('.tmp')), ['.session-secrets.json.78-00.tmp'])
})

t.test("Flowise's files are accepted as legacy secrets, for 30 days from Keyturn's first secret", async (t) => {
  const flowise = join(t.testdir(), 'flowise')
  mkdirSync(flowise, { mode: 0o700 })
  const texts = { 'session.secret': 'ab'.repeat(32), 'session.secret.previous': 'cd'.repeat(32), 'express_session_secret.key': 'popcorn' }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(flowise, name), `${text}\n`, { mode: 0o600 })
  const clock = createFakeClock(NOW + 5 * DAY)
  const provider = createFileProvider({ folder: flowise, flowise: { folder: flowise }, clock })
  t.match(await provider.load(), { versions: [], legacySecrets: { length: 3 } }, 'without a secret of our own it has no primary')

  await provider.create?.(sampleVersion())
  const set = await load(provider)
  t.strictSame(set.legacySecrets?.map(({ secret }) => secret.expose().toString()), Object.values(texts))
  t.ok(set.legacySecrets?.every(({ acceptUntil }) => acceptUntil === NOW + 30 * DAY))

  await provider.replace?.(promote(stage(set, NOW), { now: NOW, graceMs: DAY }), set)
  const rotated = await load(provider)
  t.ok(rotated.legacySecrets?.every(({ acceptUntil }) => acceptUntil === NOW + 30 * DAY), 'a rotation does not lengthen it')
  t.notMatch(readFileSync(join(flowise, 'session-secrets.json'), 'utf8'), /abab/, 'and they are not copied')

  await provider.replace?.(startAfresh(rotated, NOW), rotated)
  t.equal((await load(provider)).legacySecrets, undefined, 'a compromise drops them for good')
})

t.test("an empty or many-lined file of Flowise's is an error", async (t) => {
  const folder = join(t.testdir(), 'flowise')
  mkdirSync(folder, { mode: 0o700 })
  for (const text of ['\n', 'a\nb']) {
    writeFileSync(join(folder, 'session.secret'), text, { mode: 0o600 })
    await t.rejects(createFileProvider({ folder, flowise: { folder } }).load(), { code: 'KEYTURN_SECRET_SOURCE_CORRUPT' })
  }
})

t.test('legacy secrets of the key set itself are kept through changes', async (t) => {
  const { provider, set } = await created(t)
  const legacy = { secret: sampleVersion().secret, acceptUntil: NOW + DAY }
  await provider.replace?.({ ...set, legacySecrets: [legacy] }, set)
  const next = await load(provider)
  await provider.replace?.(stage(next, NOW), next)
  t.ok((await load(provider)).legacySecrets?.[0]?.secret.equals(legacy.secret))
})

t.test('the folder is remembered as it was, wherever the process goes', async (t) => {
  const root = t.testdir()
  const before = process.cwd()
  try {
    process.chdir(root)
    const provider = createFileProvider({ folder: 'secrets' })
    process.chdir('/')
    await provider.create?.(sampleVersion())
    t.strictSame(readdirSync(root), ['secrets'])
  } finally {
    process.chdir(before)
  }
})

t.test('wrong options are named together', async (t) => {
  t.throws(() => createFileProvider({}), { name: 'TypeError', message: /either path or folder/ })
  t.throws(() => createFileProvider({ path: 'a', folder: 'b' }), { message: /either path or folder/ })
  t.throws(() => createFileProvider({ folder: '', lockTimeoutMs: Number.NaN, pollMs: 0 }), {
    message: /folder is a text.*lockTimeoutMs is a number.*pollMs is a number/,
  })
})

async function created(t: Test): Promise<{ folder: string; provider: SecretProvider; set: SecretSet }> {
  const folder = join(t.testdir(), 'secrets')
  const provider = createFileProvider({ folder })
  const version = sampleVersion()
  const set = (await provider.create?.(version)) as SecretSet
  t.equal(set.versions[0] && textOf(set.versions[0]), textOf(version))
  return { folder, provider, set }
}

async function load(provider: SecretProvider): Promise<SecretSet> {
  return (await provider.load()) as SecretSet
}

function writePrivate(t: Test, text: string): string {
  const folder = join(t.testdir(), 'private')
  mkdirSync(folder, { mode: 0o700 })
  const path = join(folder, 'session.secret')
  writeFileSync(path, text, { mode: 0o600 })
  return path
}
