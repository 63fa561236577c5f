import { link, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SecretFileLockedError } from '../errors.ts'
import { temporaryName } from './atomic-write.ts'
import { errorCode, toLinkError } from './file-errors.ts'
import { describeThisProcess, judgeHolder, type LockHolder, parseHolder } from './lock-holder.ts'

export interface FileLockOptions {
  /** Longest wait for the lock in milliseconds. */
  readonly timeoutMs: number
  /** How long a holder of whom nothing can be known is watched before it counts as dead, in milliseconds. */
  readonly staleMs: number
  readonly signal?: AbortSignal
}

export interface Lease {
  /** @throws {SecretFileLockedError} The lock was held so long that another may have taken it over. */
  assertHeld(): void
}

interface Entry {
  readonly name: string
  readonly generation: number
  readonly free: boolean
}

/**
 * Runs `work` while no other process runs one for the same file.
 *
 * Each holder owns the next generation, `.name.lock-7`, made by `link()`; on release it is renamed to `.name.lock-7.free`.
 * The highest generation counts and is never removed but by a higher one, so a dead holder is passed over by creating
 * the next generation, which only one of those who wait can do.
 */
export async function withFileLock<T>(path: string, options: FileLockOptions, work: (lease: Lease) => Promise<T>): Promise<T> {
  const lock = await acquire(path, options)
  const heldSince = performance.now()
  const assertHeld = (): void => {
    // Half, so that the work is over before anybody counts us as dead.
    if (performance.now() - heldSince > options.staleMs / 2) throw new SecretFileLockedError(path, 'another process, since this one was halted')
  }
  try {
    return await work({ assertHeld })
  } finally {
    await rename(lock, `${lock}.free`).catch(() => undefined)
  }
}

async function acquire(path: string, options: FileLockOptions): Promise<string> {
  const startedAt = performance.now()
  const watched = { name: '', since: 0 }
  for (;;) {
    options.signal?.throwIfAborted()
    const top = highest(await listEntries(path))
    const holder = top === undefined || top.free ? undefined : await readHolder(path, top)
    if (top === undefined || top.free || isPassedOver(top, holder, watched, options)) {
      const lock = await tryGeneration(path, (top?.generation ?? 0) + 1)
      if (lock !== undefined) return lock
    } else if (performance.now() - startedAt > options.timeoutMs) {
      throw new SecretFileLockedError(path, holder === undefined ? 'another machine' : `process ${holder.pid}`)
    }
    await sleep(2 + Math.random() * 20, undefined, options.signal === undefined ? {} : { signal: options.signal })
  }
}

/** Dead, or of another machine and watched for too long. Time is our own: clocks of machines differ. */
function isPassedOver(
  { name }: Entry,
  holder: LockHolder | undefined,
  watched: { name: string; since: number },
  { staleMs }: FileLockOptions,
): boolean {
  const verdict = judgeHolder(holder)
  if (verdict !== 'unknown') return verdict === 'dead'
  if (watched.name !== name) Object.assign(watched, { name, since: performance.now() })
  return performance.now() - watched.since > staleMs
}

/** Takes a generation, unless somebody has it or a higher one. */
async function tryGeneration(path: string, generation: number): Promise<string | undefined> {
  const lock = join(dirname(path), `${prefixOf(path)}${generation}`)
  const temporary = temporaryName(path)
  try {
    await writeFile(temporary, JSON.stringify(describeThisProcess()), { flag: 'wx', mode: 0o600 })
    await link(temporary, lock)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined
    throw toLinkError(error, path)
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
  const others = (await listEntries(path)).filter(({ name }) => name !== basename(lock))
  if (others.some((other) => other.generation >= generation)) {
    // The generation had come and gone while we looked at an older one.
    await unlink(lock).catch(() => undefined)
    return undefined
  }
  await Promise.all(others.map(({ name }) => unlink(join(dirname(path), name)).catch(() => undefined)))
  return lock
}

async function listEntries(path: string): Promise<Entry[]> {
  const prefix = prefixOf(path)
  return (await readdir(dirname(path))).flatMap((name) => {
    const match = name.startsWith(prefix) ? /^(\d{1,15})(\.free)?$/.exec(name.slice(prefix.length)) : null
    return match === null ? [] : [{ name, generation: Number(match[1]), free: match[2] !== undefined }]
  })
}

function highest(entries: readonly Entry[]): Entry | undefined {
  return entries.reduce<Entry | undefined>((top, entry) => {
    if (top === undefined || entry.generation > top.generation) return entry
    // Held wins over free: whoever holds it by mistake is about to notice.
    return entry.generation === top.generation && !entry.free ? entry : top
  }, undefined)
}

async function readHolder(path: string, { name }: Entry): Promise<LockHolder | undefined> {
  return parseHolder(await readFile(join(dirname(path), name), 'utf8').catch(() => ''))
}

function prefixOf(path: string): string {
  return `.${basename(path)}.lock-`
}
