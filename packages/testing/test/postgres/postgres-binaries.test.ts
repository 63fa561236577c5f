import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { makeReachable } from '../../src/postgres/postgres-binaries.ts'

async function makeFolder(): Promise<{ base: string, source: string }> {
  const base = await mkdtemp(join(tmpdir(), 'keyturn-reachable-'))
  chmodSync(base, 0o755)
  const source = join(base, 'home', 'native')
  mkdirSync(join(source, 'bin'), { recursive: true })
  writeFileSync(join(source, 'bin', 'postgres'), 'program', { mode: 0o700 })
  writeFileSync(join(source, 'bin', 'data'), 'data', { mode: 0o600 })
  symlinkSync('postgres', join(source, 'bin', 'link'))
  return { base, source }
}

test('programs that everyone can reach stay where they are', async t => {
  const { base, source } = await makeFolder()
  t.teardown(() => rm(base, { recursive: true }))
  chmodSync(join(base, 'home'), 0o755)
  t.equal(await makeReachable(source, join(base, 'copy', 'one')), source)
  t.notOk(existsSync(join(base, 'copy')))
})

test('programs in a closed home are copied once to where everyone may run them', async t => {
  const { base, source } = await makeFolder()
  t.teardown(() => rm(base, { recursive: true }))
  chmodSync(join(base, 'home'), 0o700)
  const copy = join(base, 'cache', 'one')
  t.strictSame(await Promise.all([makeReachable(source, copy), makeReachable(source, copy)]), [copy, copy])
  t.equal(statSync(join(copy, 'bin', 'postgres')).mode & 0o777, 0o755)
  t.equal(statSync(join(copy, 'bin', 'data')).mode & 0o777, 0o644)
  t.equal(statSync(join(copy, 'bin', 'link')).ino, statSync(join(copy, 'bin', 'postgres')).ino)
  t.equal(await makeReachable(source, copy), copy)
})
