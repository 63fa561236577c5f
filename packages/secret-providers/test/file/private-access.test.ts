import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createFileProvider } from '../../src/index.ts'
import { rejection } from '../fixtures/rejection.ts'
import { sampleText, sampleVersion } from '../fixtures/samples.ts'

const UNSAFE = 'KEYTURN_SECRET_FILE_UNSAFE'

t.test('the file is made 0600 in a folder of 0700, whatever the umask', async (t) => {
  for (const mask of [0o000, 0o077]) {
    const before = process.umask(mask)
    try {
      const folder = join(t.testdir(), `mask-${mask}`, 'deep')
      await createFileProvider({ folder }).create?.(sampleVersion())
      t.equal(statSync(folder).mode & 0o777, 0o700)
      t.equal(statSync(join(folder, 'session-secrets.json')).mode & 0o777, 0o600)
    } finally {
      process.umask(before)
    }
  }
})

t.test('a file or folder that is open to others is refused, and the remedy mends it', async (t) => {
  const { folder, path } = privateFile(t)
  const provider = createFileProvider({ path })
  for (const [target, mode] of [[path, 0o640], [path, 0o604], [path, 0o620], [folder, 0o750], [folder, 0o701]] as const) {
    const good = statSync(target).mode & 0o777
    chmodSync(target, mode)
    const error = await rejection(provider.load())
    t.match(error, { code: UNSAFE, message: `${target} is open to other users (mode 0${mode.toString(8)})` })
    execFileSync('sh', ['-c', /chmod .*$/.exec(error.message)?.[0] ?? 'false'])
    t.ok(await provider.load(), 'after the remedy')
    chmodSync(target, good)
  }
})

t.test('a path with quotes and spaces still gives a remedy that can be pasted', async (t) => {
  const { path } = privateFile(t, "it's a folder")
  chmodSync(path, 0o644)
  const error = await rejection(createFileProvider({ path }).load())
  execFileSync('sh', ['-c', /chmod .*$/.exec(error.message)?.[0] ?? 'false'])
  t.ok(await createFileProvider({ path }).load())
})

t.test('a file of another user is refused', async (t) => {
  // Only root can give a file away; anybody else finds one that is not theirs.
  const path = process.geteuid?.() === 0 ? giveAway(privateFile(t).path) : '/etc/passwd'
  t.match(await rejection(createFileProvider({ path }).load()), { code: UNSAFE, message: /belongs to user \d+.*chown/ })
})

t.test('symbolic links are refused, as file and as folder, also when nothing is behind them', async (t) => {
  const { folder, path } = privateFile(t)
  const link = join(folder, 'link')
  const dangling = join(folder, 'dangling')
  const linkedFolder = join(t.testdirName, 'linked-folder')
  symlinkSync(path, link)
  symlinkSync(join(folder, 'nothing'), dangling)
  symlinkSync(folder, linkedFolder)
  for (const wrong of [link, dangling, join(linkedFolder, 'secret')]) {
    t.match(await rejection(createFileProvider({ path: wrong }).load()), { code: UNSAFE, message: /is a symbolic link/ }, wrong)
  }
  t.match(await rejection(createFileProvider({ path: dangling }).create?.(sampleVersion())), { code: UNSAFE })
})

t.test('what is no file is refused without waiting for it', async (t) => {
  const { folder } = privateFile(t)
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', ['-m', '600', pipe])
  mkdirSync(join(folder, 'inner'), { mode: 0o700 })
  t.match(await rejection(createFileProvider({ path: pipe }).load()), { code: UNSAFE, message: /not a regular file/ })
  t.match(await rejection(createFileProvider({ path: join(folder, 'inner') }).load()), { code: UNSAFE })
  t.match(await rejection(createFileProvider({ path: join(folder, 'secret', 'below') }).load()), { code: UNSAFE, message: /not a folder/ })
})

t.test('a file too large to be a secret is refused', async (t) => {
  const { path } = privateFile(t)
  writeFileSync(path, 'x'.repeat(70_000))
  t.match(await rejection(createFileProvider({ path }).load()), { code: UNSAFE, message: /larger than 65536 bytes/ })
})

function privateFile(t: Test, name = 'private'): { folder: string; path: string } {
  const folder = join(t.testdir(), name)
  mkdirSync(folder, { mode: 0o700 })
  const path = join(folder, 'secret')
  writeFileSync(path, sampleText(), { mode: 0o600 })
  return { folder, path }
}

function giveAway(path: string): string {
  chownSync(path, 65_534, 65_534)
  return path
}
