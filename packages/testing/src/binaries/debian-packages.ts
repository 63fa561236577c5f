import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Binary, BinaryRole, Environment } from './binary-role.ts'
import { firstLine } from './probe-binary.ts'
import { fillCache, folderFor } from './program-cache.ts'
import { inPackages } from './unpacked-program.ts'

const run = promisify(execFile)
const STEP_TIMEOUT_MS = 300_000

/**
 * Downloads the packages, and those they need which the system lacks, and unpacks them into the cache. Lists and
 * archives are our own, so that apt needs neither root nor its lock.
 */
export async function fetchFromDebian(role: BinaryRole, cache: string, env: Environment): Promise<Binary | undefined> {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg')) {
    throw new Error('this system has no apt-get')
  }
  const target = folderFor(role, cache, 'debian')
  await fillCache(target, async ({ root, scratch }) => {
    for (const archive of await download(role, scratch, env)) {
      await run('/usr/bin/dpkg', ['--extract', archive, root], { timeout: STEP_TIMEOUT_MS })
    }
  })
  return inPackages(role, target, 'debian')
}

async function download(role: BinaryRole, scratch: string, env: Environment): Promise<string[]> {
  const archives = join(scratch, 'archives')
  await mkdir(join(scratch, 'lists', 'partial'), { recursive: true })
  await mkdir(join(archives, 'partial'), { recursive: true })
  const configuration = join(scratch, 'apt.conf')
  await writeFile(configuration, aptConfiguration(scratch))
  const apt = (...args: string[]): Promise<unknown> => run('/usr/bin/apt-get', ['--config-file', configuration, ...args], {
    // apt looks for its own programs on PATH.
    env: { ...env, PATH: `${env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    timeout: STEP_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: unknown) => { throw new Error(`apt-get ${args[0]} failed: ${aptError(error)}`, { cause: error }) })
  await apt('update')
  // Those that the system has are downloaded as well: had they served, we would not be here.
  await apt('install', '--download-only', '--reinstall', '--no-install-recommends', ...role.debian.packages)
  return (await readdir(archives)).filter(name => name.endsWith('.deb')).map(name => join(archives, name))
}

/** Warnings come first and are not the reason. */
function aptError(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
  return stderr.split('\n').find(line => line.startsWith('E: '))?.slice(3) ?? firstLine(error)
}

/** Read last, so it also takes away what the system wants done after an update, which needs root. */
function aptConfiguration(scratch: string): string {
  return `
Dir::State::Lists "${scratch}/lists";
Dir::Cache "${scratch}";
Dir::Cache::Archives "${scratch}/archives";
Debug::NoLocking "true";
APT::Sandbox::User "root";
APT::Get::Assume-Yes "true";
Acquire::Retries "3";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
`
}
