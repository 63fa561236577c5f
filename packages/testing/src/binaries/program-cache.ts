import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import type { Binary, BinaryRole, Environment } from './binary-role.ts'
import { inImage, inPackages } from './unpacked-program.ts'

/** Where fetched programs are kept: `$XDG_CACHE_HOME/keyturn`, by default `~/.cache/keyturn`. */
export function cacheFolder(env: Environment): string {
  const base = env['XDG_CACHE_HOME'] ?? ''
  return join(base === '' ? join(env['HOME'] ?? homedir(), '.cache') : base, 'keyturn')
}

export function lookInCache(role: BinaryRole, cache: string): Binary | undefined {
  return inPackages(role, folderFor(role, cache, 'debian'), 'cache')
    ?? inImage(role, folderFor(role, cache, 'docker'), 'cache')
}

/** Packages of one release need not run on the next: a home folder may be shared, and systems are upgraded. */
export function folderFor(role: BinaryRole, cache: string, source: 'debian' | 'docker'): string {
  const system = source === 'debian' ? `debian-${release()}` : 'docker'
  return join(cache, `${role.name}-${system}-${process.arch}`)
}

function release(): string {
  try {
    return /^VERSION_CODENAME="?([\w.-]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}

/**
 * Fills a folder of the cache in one step: what `fill` left half done never counts, and of two processes that fill it
 * at once either one's work stays.
 */
export async function fillCache(target: string, fill: (work: { readonly root: string, readonly scratch: string }) => Promise<void>): Promise<void> {
  const cache = join(target, '..')
  await mkdir(cache, { recursive: true })
  // On the same disk as the target.
  const work = createTemporaryFolder('work', cache)
  try {
    const [root, scratch] = [join(work.path, 'root'), join(work.path, 'scratch')]
    await mkdir(root)
    await mkdir(scratch)
    await fill({ root, scratch })
    await replaceFolder(root, target)
  } finally {
    await work.remove()
  }
}

async function replaceFolder(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
    // What is there did not run, or we would not be here.
    await rm(to, { recursive: true, force: true })
    await rename(from, to)
  }
}
