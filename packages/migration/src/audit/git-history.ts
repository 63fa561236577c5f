import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { GitFailedError } from '../errors.ts'
import { cleanUpCommands } from './clean-up-commands.ts'
import { findPersonalData } from './personal-data.ts'

export interface GitHistoryOptions {
  /** Folder of the repository's work tree, or its bare folder. */
  readonly repository: string
  /** Path of the file inside the repository, such as `parsed_sessions.json`. */
  readonly path: string
}

/** One version of the file in which personal data stands. */
export interface PersonalDataCommit {
  readonly commit: string
  /** ISO 8601. */
  readonly committedAt: string
  /** What the file was called then. */
  readonly path: string
  /** Names of the fields, never what stands in them. */
  readonly fields: readonly string[]
  /** How many values those fields have. */
  readonly values: number
}

export interface GitHistoryReport {
  /** Versions of the file that were looked at, over all branches, tags and reflogs. */
  readonly versions: number
  /** Every name that the file had. */
  readonly paths: readonly string[]
  /** Newest first. */
  readonly commits: readonly PersonalDataCommit[]
  readonly clean: boolean
  /** What removes the file from the history, to be read and run by a human; nothing of it is run here. */
  readonly commands: readonly string[]
}

const run = promisify(execFile)
const EVERY_VERSION = 'log --all --reflog --full-history -m --no-renames --name-status'.split(' ').concat('--format=commit %H %cI', '--')
const MAX_BYTES = 256 * 1024 * 1024

interface Version {
  readonly commit: string
  readonly committedAt: string
  readonly path: string
}

/**
 * Looks through the whole life of a file, renames followed, for personal data. It only reads: history is rewritten by
 * humans, who know who else has a clone.
 *
 * @throws {GitFailedError} KEYTURN_MIGRATION_GIT: no git, no repository, or the repository cannot be read.
 * @throws {TypeError} The path is empty or leaves the repository.
 */
export async function inspectGitHistory({ repository, path }: GitHistoryOptions): Promise<GitHistoryReport> {
  if (typeof path !== 'string' || path === '' || path.startsWith('/') || path.split('/').includes('..')) {
    throw new TypeError('inspectGitHistory: path is that of a file inside the repository, relative to its top.')
  }
  const { versions, paths } = await listVersions(repository, path)
  const commits: PersonalDataCommit[] = []
  for (const version of versions) {
    const text = await git(repository, ['cat-file', 'blob', `${version.commit}:${version.path}`])
    const { fields, values } = findPersonalData(text)
    if (values > 0) commits.push({ ...version, fields, values })
  }
  const clean = commits.length === 0
  return { versions: versions.length, paths, commits, clean, commands: clean ? [] : cleanUpCommands(paths) }
}

/** Every version of the file under any of its names, without deletions, which hold nothing. */
async function listVersions(repository: string, path: string): Promise<{ versions: Version[]; paths: string[] }> {
  const paths = namesOf(path, await listRenames(repository))
  const log = await git(repository, [
    ...EVERY_VERSION,
    ...paths.map((each) => `:(top,literal)${each}`),
  ])
  const versions = new Map<string, Version>()
  let commit = ''
  let committedAt = ''
  for (const line of log.split('\n')) {
    if (line.startsWith('commit ')) [, commit = '', committedAt = ''] = line.split(' ')
    const [status = '', quoted = ''] = line.split('\t')
    const name = unquote(quoted)
    if (name !== '' && !status.startsWith('D')) versions.set(`${commit} ${name}`, { commit, committedAt, path: name })
  }
  return { versions: [...versions.values()], paths }
}

/** Over all branches: what `git log --follow` finds depends on which of them it walks first. */
async function listRenames(repository: string): Promise<[string, string][]> {
  const log = await git(repository, ['log', '--all', '--reflog', '-m', '-M40%', '-l0', '--diff-filter=R', '--name-status', '--format='])
  return log.split('\n').flatMap((line): [string, string][] => {
    const [, before, after] = line.split('\t')
    return before === undefined || after === undefined ? [] : [[unquote(before), unquote(after)]]
  })
}

/** The name, those it had before, and those it got elsewhere. */
function namesOf(path: string, renames: readonly [string, string][]): string[] {
  const names = new Set([path])
  for (const name of names) {
    for (const [before, after] of renames) {
      if (after === name) names.add(before)
      if (before === name) names.add(after)
    }
  }
  return [...names]
}

/** Git quotes names with quotes, backslashes and control characters as C does. */
function unquote(name: string): string {
  if (!name.startsWith('"')) return name
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' }
  return name.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter)
}

async function git(repository: string, given: readonly string[]): Promise<string> {
  const common = ['-C', repository, '-c', 'core.quotepath=off', '-c', 'log.showSignature=false', '--no-pager', '--no-optional-locks']
  try {
    const { stdout } = await run('git', [...common, ...given], { maxBuffer: MAX_BYTES, env: { ...process.env, LC_ALL: 'C' } })
    return stdout
  } catch (error) {
    const { code } = error as { code?: string | number }
    throw new GitFailedError(String(code ?? 'UNKNOWN'))
  }
}
