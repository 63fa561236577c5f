import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createFileProvider } from '../../src/index.ts'
import { untilLookedAt } from '../fixtures/looked-at.ts'
import { sampleText, textOf } from '../fixtures/samples.ts'

t.test('a secret that Kubernetes mounts is read through its links, and only read', async (t) => {
  const { path, text } = mountSecret(t)
  const provider = createFileProvider({ path, access: 'mounted' })
  const set = await provider.load()
  t.equal(set?.versions[0] && textOf(set.versions[0]), text)
  t.strictSame(provider.supports, { create: false, rotate: false, watch: true })
  t.equal(provider.create, undefined)
  await t.rejects(createFileProvider({ path }).load(), { code: 'KEYTURN_SECRET_FILE_UNSAFE' })
})

t.test('a swap of the link behind it is told of', async (t) => {
  const { root, path } = mountSecret(t)
  const provider = createFileProvider({ path, access: 'mounted', pollMs: 50 })
  const changed = new Promise<void>((resolve, reject) => {
    // Watchers do not keep a process alive: this timer does.
    const timer = setTimeout(() => reject(new Error('no change was told')), 30_000)
    provider.watch?.(() => {
      clearTimeout(timer)
      resolve()
    })
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await untilLookedAt(path)
  const next = sampleText()
  addVersion(root, '..2026_02_01', next)
  symlinkSync('..2026_02_01', join(root, '..data.new'))
  renameSync(join(root, '..data.new'), join(root, '..data'))
  await changed
  const set = await provider.load()
  t.equal(set?.versions[0] && textOf(set.versions[0]), next)
  await provider.close?.()
})

t.test('what others can write is refused, what is missing is absent', async (t) => {
  const { root, path } = mountSecret(t)
  chmodSync(join(root, '..2026_01_01', 'session-secret'), 0o664)
  await t.rejects(createFileProvider({ path, access: 'mounted' }).load(), { code: 'KEYTURN_SECRET_FILE_UNSAFE', message: /0440/ })
  t.equal(await createFileProvider({ path: join(root, 'other'), access: 'mounted' }).load(), undefined)
  t.throws(() => createFileProvider({ path, access: 'shared' as never }), { message: /access is 'private' or 'mounted'/ })
})

/** As the kubelet lays a volume out: file -> ..data -> a folder with a date. */
function mountSecret(t: Test): { root: string; path: string; text: string } {
  const root = join(t.testdir(), 'mount')
  const text = sampleText()
  mkdirSync(root, { mode: 0o755 })
  addVersion(root, '..2026_01_01', text)
  symlinkSync('..2026_01_01', join(root, '..data'))
  symlinkSync(join('..data', 'session-secret'), join(root, 'session-secret'))
  return { root, path: join(root, 'session-secret'), text }
}

function addVersion(root: string, name: string, text: string): void {
  mkdirSync(join(root, name), { mode: 0o755 })
  writeFileSync(join(root, name, 'session-secret'), text, { mode: 0o440 })
}
