import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createMemoryStore, createSealedSessions } from '@keyturn/session-stores'
import { createLiveKeyring } from '@keyturn/token-crypto'
import { importSessions, inspectGitHistory, readJsonFile } from '../../src/index.ts'
import { keyringOf } from '../support/secrets.ts'

function repository(t: Test): { folder: string; git: (...given: string[]) => string; write: (path: string, value: unknown) => void } {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-history-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const identity = { GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@example.org', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@example.org' }
  const git = (...given: string[]): string => execFileSync('git', ['-C', folder, ...given], { encoding: 'utf8', env: { ...process.env, ...identity } })
  git('init', '-q', '-b', 'main')
  return { folder, git, write: (path, value) => writeFileSync(join(folder, path), JSON.stringify(value)) }
}

t.test('finds personal data over the whole life of the file: before a rename, on other branches, after it was cleared', async (t) => {
  const { folder, git, write } = repository(t)
  const commit = (message: string): string => {
    git('add', '-A')
    git('commit', '-qm', message)
    return git('rev-parse', 'HEAD').trim()
  }
  const padding = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`setting${i}`, i]))
  write("se'ssions.json", { abc: { user_id: '4711', env_vars: { THEME: 'dark' }, ...padding } })
  const first = commit('first')
  git('mv', "se'ssions.json", 'parsed_sessions.json')
  const renamed = commit('rename')
  write('parsed_sessions.json', { abc: { theme: 'dark' } })
  commit('without persons')
  git('checkout', '-qb', 'side')
  write('parsed_sessions.json', { def: { contact: 'ann@example.org' } })
  const side = commit('side')
  git('checkout', '-q', 'main')
  write('parsed_sessions.json', {})
  commit('cleared')

  const report = await inspectGitHistory({ repository: folder, path: 'parsed_sessions.json' })
  t.same(new Set(report.commits.map((each) => each.commit)), new Set([first, renamed, side]))
  t.match(report.commits.find((each) => each.commit === first), { path: "se'ssions.json", fields: ['user_id'], values: 1 })
  t.match(report.commits.find((each) => each.commit === side), { fields: ['a mail address'] })
  t.equal(report.versions, 5)
  t.notMatch(JSON.stringify(report), /4711|ann@/, 'no value of it is in the report')
  t.ok(report.commands.some((command) => command.includes(`git filter-repo --invert-paths`) && command.includes(`--path 'se'\\''ssions.json'`)))
  t.equal(git('rev-parse', 'main~3').trim(), first, 'history is as it was')
})

t.test('a clean file needs no commands; a folder that is no repository is refused', async (t) => {
  const { folder, git, write } = repository(t)
  write('parsed_sessions.json', { abc: { theme: 'dark', id: 3 } })
  git('add', '-A')
  git('commit', '-qm', 'x')
  t.match(await inspectGitHistory({ repository: folder, path: 'parsed_sessions.json' }), { clean: true, versions: 1, commands: [] })
  const nowhere = mkdtempSync(join(tmpdir(), 'keyturn-nowhere-'))
  t.teardown(() => rmSync(nowhere, { recursive: true }))
  await t.rejects(inspectGitHistory({ repository: nowhere, path: 'a.json' }), { code: 'KEYTURN_MIGRATION_GIT', reason: '128' })
  await t.rejects(inspectGitHistory({ repository: folder, path: '../a.json' }), TypeError)
})

t.test('a JSON file of sessions is sealed into a store, and stays as it is', async (t) => {
  const { folder, write } = repository(t)
  write('parsed_sessions.json', { abc: { user_id: '4711', env_vars: { A: '1' } }, def: { user_id: '4712' } })
  const store = createMemoryStore({ environment: 'test', maxEntries: 10 })
  const into = createSealedSessions({ store, keyring: createLiveKeyring({ keyring: keyringOf('new') }) })
  const path = join(folder, 'parsed_sessions.json')
  const userIdOf = (data: Readonly<Record<string, unknown>>) => data['user_id'] as string
  const before = Date.now()
  t.match(await importSessions({ from: readJsonFile({ path }), into, userIdOf }), { outcomes: { changed: 2 } })
  const loaded = await into.load('abc')
  t.match(loaded, { data: { user_id: '4711', env_vars: { A: '1' } }, meta: { userId: '4711' } })
  t.ok(Math.abs((loaded?.expiresAt ?? 0) - before - 3_600_000) < 5000)
  for await (const { record } of store.scan?.() ?? []) t.notMatch(record.sealed.toString('latin1'), /4711|4712/)
  t.ok(readdirSync(folder).includes('parsed_sessions.json'))
})

t.test('a file that is missing or no object of sessions is refused without quoting it', async (t) => {
  const { folder, write } = repository(t)
  const attempt = async (name: string): Promise<void> => {
    for await (const _ of readJsonFile({ path: join(folder, name) })) t.fail('nothing is there')
  }
  write('list.json', ['a'])
  write('flat.json', { abc: 'hidden value' })
  writeFileSync(join(folder, 'broken.json'), '{"abc": {"user_id": "hidden value"')
  for (const name of ['missing.json', 'list.json', 'flat.json', 'broken.json']) {
    const error: unknown = await attempt(name).catch((failure: unknown) => failure)
    t.match(error, { code: 'KEYTURN_MIGRATION_SESSION_FILE' }, name)
    t.notMatch((error as Error).message, /hidden/)
  }
})
