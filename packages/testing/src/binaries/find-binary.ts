import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { BinaryMissingError } from '../errors.ts'
import type { Binary, BinaryRole, Environment } from './binary-role.ts'
import { fetchFromDebian } from './debian-packages.ts'
import { fetchFromDocker } from './docker-image.ts'
import { withInstallLock } from './install-lock.ts'
import { probeBinary } from './probe-binary.ts'
import { cacheFolder, lookInCache } from './program-cache.ts'

const found = new Map<BinaryRole, Promise<Binary>>()

/** Finds a program once a process. See `searchBinary`. */
export function findBinary(role: BinaryRole): Promise<Binary> {
  const search = found.get(role) ?? searchBinary(role, process.env)
  found.set(role, search)
  return search
}

/**
 * Looks for a program: the path in its environment variable, PATH, our cache, Debian packages, Docker. What is fetched
 * is unpacked into our cache; nothing is installed, no service is started, and root and ordinary users are alike.
 *
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: naming each place that was looked at, and what to install.
 */
export async function searchBinary(role: BinaryRole, env: Environment): Promise<Binary> {
  const written = env[role.variable]
  if (written !== undefined && written !== '') return requireWritten(role, written, env)

  const problems = new Set<string>()
  const use = async (place: string, search: () => Binary | undefined | Promise<Binary | undefined>): Promise<Binary | undefined> => {
    try {
      const binary = await search()
      const problem = binary === undefined ? 'not there' : await probeBinary(role, binary, env)
      if (problem === undefined) return binary
      problems.add(`${place}: ${problem}`)
    } catch (error) {
      problems.add(`${place}: ${error instanceof Error ? error.message : String(error)}`)
    }
    return undefined
  }

  const cache = cacheFolder(env)
  const lookThere = (): Promise<Binary | undefined> => use(`cache ${cache}`, () => lookInCache(role, cache))
  const present = await firstOf(lookOnPath(role, env), candidate => use(`PATH ${candidate.command}`, () => candidate)) ?? await lookThere()
  const binary = present ?? await withInstallLock(`${cache}/${role.name}`, async () =>
    // Whoever held the lock before us may have fetched it.
    await lookThere()
      ?? await use('Debian packages', () => fetchFromDebian(role, cache, env))
      ?? await use('Docker', () => fetchFromDocker(role, cache, env)))
  if (binary !== undefined) return binary
  throw new BinaryMissingError(`${role.name} was not found. ${role.remedy}, or set ${role.variable} to its path. ` +
    `Looked at:\n${[...problems].map(problem => `- ${problem}`).join('\n')}`)
}

async function requireWritten(role: BinaryRole, command: string, env: Environment): Promise<Binary> {
  const binary: Binary = { command, args: [], env: {}, origin: 'variable' }
  const problem = await probeBinary(role, binary, env)
  if (problem === undefined) return binary
  throw new BinaryMissingError(`${role.variable} does not lead to ${role.name}: ${problem}. Correct it, or take it away to have one found`)
}

function lookOnPath(role: BinaryRole, env: Environment): Binary[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
  const paths = role.candidates.flatMap(name => isAbsolute(name) ? [name] : folders.map(folder => join(folder, name)))
  return [...new Set(paths)].filter(isExecutable).map(command => ({ command, args: [], env: {}, origin: 'path' }))
}

async function firstOf<From, To>(items: readonly From[], attempt: (item: From) => Promise<To | undefined>): Promise<To | undefined> {
  for (const item of items) {
    const result = await attempt(item)
    if (result !== undefined) return result
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
