import { dirname } from 'node:path'
import type { LegacySecret, SecretVersion } from '@keyturn/token-crypto'
import { SecretSourceClosedError, SecretSourceCorruptError } from '../errors.ts'
import { fingerprint } from '../key-set/fingerprint.ts'
import { formatKeySet } from '../key-set/format-key-set.ts'
import type { KeySet } from '../key-set/key-set.ts'
import { readSecretText } from '../key-set/read-secret-text.ts'
import { toKeySet, toSecretSet } from '../key-set/to-secret-set.ts'
import type { LoadOptions, ReplaceOutcome, SecretProvider, SecretSet } from '../provider.ts'
import { createFile, removeForgotten, replaceFile } from './atomic-write.ts'
import { withFileLock } from './file-lock.ts'
import { type FileProviderOptions, type ResolvedFileProviderOptions, resolveFileOptions } from './file-options.ts'
import { watchFile } from './file-watcher.ts'
import { readFlowiseFiles } from './flowise-files.ts'
import { ensurePrivateFolder, readMountedFile, readPrivateFile } from './private-access.ts'

/** What the file and its neighbours hold at one moment. */
interface FileState {
  readonly keySet: KeySet | undefined
  readonly flowiseSecrets: readonly LegacySecret[]
}

/**
 * Keeps secrets in a file that only its owner can read, 0600 in a folder of 0700.
 *
 * The file is a JSON key set; a plain one-line secret is read too, and becomes a key set when it is first rotated.
 * Writes are whole, durable, and safe against other processes, also those that are killed half-way.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createFileProvider(options: FileProviderOptions): SecretProvider {
  const resolved = resolveFileOptions(options)
  const { path } = resolved
  const origin = `file ${path}`
  const watchers = new Set<() => void>()
  let closed = false

  function assertOpen(): void {
    if (closed) throw new SecretSourceClosedError(`The file provider of ${path}`)
  }

  async function load({ signal }: LoadOptions = {}): Promise<SecretSet | undefined> {
    assertOpen()
    signal?.throwIfAborted()
    const state = await readState(resolved)
    signal?.throwIfAborted()
    if (state.keySet === undefined && state.flowiseSecrets.length === 0) return undefined
    return toSet(state, origin)
  }

  async function create(version: SecretVersion, { signal }: LoadOptions = {}): Promise<SecretSet> {
    assertOpen()
    signal?.throwIfAborted()
    await ensurePrivateFolder(dirname(path))
    await createFile(path, formatKeySet({ versions: [version], createdAt: version.createdAt }))
    await removeForgotten(path)
    // Ours or the winner's: only what stands in the file counts.
    const { keySet, flowiseSecrets } = await readState(resolved)
    if (keySet === undefined) throw new SecretSourceCorruptError(origin, ['it was removed while it was made'])
    return toSet({ keySet, flowiseSecrets }, origin)
  }

  async function replace(next: SecretSet, expected: SecretSet, { signal }: LoadOptions = {}): Promise<ReplaceOutcome> {
    assertOpen()
    await ensurePrivateFolder(dirname(path))
    const lockOptions = { timeoutMs: resolved.lockTimeoutMs, staleMs: resolved.lockStaleMs }
    return withFileLock(path, signal === undefined ? lockOptions : { ...lockOptions, signal }, async (lease) => {
      const { keySet, flowiseSecrets } = await readState(resolved)
      if (keySet === undefined) return 'conflict'
      if (fingerprint(toSet({ keySet, flowiseSecrets }, origin)) !== fingerprint(expected)) return 'conflict'
      await replaceFile(path, formatKeySet(toStored(next, keySet, flowiseSecrets)), lease.assertHeld)
      await removeForgotten(path)
      return 'replaced'
    })
  }

  function watch(onChange: () => void): () => void {
    assertOpen()
    const end = watchFile({ path, pollMs: resolved.pollMs, clock: resolved.clock, onChange })
    watchers.add(end)
    return () => {
      watchers.delete(end)
      end()
    }
  }

  async function close(): Promise<void> {
    closed = true
    for (const end of watchers) end()
    watchers.clear()
  }

  const isWritable = resolved.access === 'private'
  return Object.freeze({
    name: 'file',
    place: origin,
    supports: Object.freeze({ create: isWritable, rotate: isWritable, watch: true }),
    load,
    ...(isWritable ? { create, replace } : {}),
    watch,
    close,
  })
}

async function readState(options: ResolvedFileProviderOptions): Promise<FileState> {
  const { flowise, clock } = options
  const keySet = await readKeySetFile(options)
  if (flowise === undefined) return { keySet, flowiseSecrets: [] }
  const acceptUntil = keySet?.legacyFilesUntil ?? (keySet?.createdAt ?? clock.now()) + flowise.acceptMs
  // Dropped by compromise(): not even read.
  if (keySet !== undefined && acceptUntil <= keySet.createdAt) return { keySet, flowiseSecrets: [] }
  return { keySet, flowiseSecrets: await readFlowiseFiles(flowise.folder, acceptUntil) }
}

async function readKeySetFile({ path, access }: ResolvedFileProviderOptions): Promise<KeySet | undefined> {
  const file = await (access === 'private' ? readPrivateFile(path) : readMountedFile(path))
  if (file === undefined) return undefined
  const { keySet, problems } = readSecretText(file.text, Math.floor(file.stats.mtimeMs))
  if (keySet === undefined) throw new SecretSourceCorruptError(`file ${path}`, problems)
  return keySet
}

function toSet({ keySet, flowiseSecrets }: FileState, origin: string): SecretSet {
  const own = keySet === undefined ? { versions: [], origin } : toSecretSet(keySet, origin)
  if (flowiseSecrets.length === 0) return own
  return Object.freeze({ ...own, legacySecrets: Object.freeze([...(own.legacySecrets ?? []), ...flowiseSecrets]) })
}

/** Flowise's secrets stay in Flowise's files; where `next` no longer has them, they are not read again. */
function toStored(next: SecretSet, keySet: KeySet, flowiseSecrets: readonly LegacySecret[]): KeySet {
  const { legacySecrets = [], ...rest } = next
  const isFlowise = ({ secret }: LegacySecret): boolean => flowiseSecrets.some((known) => known.secret.equals(secret))
  const own = legacySecrets.filter((legacy) => !isFlowise(legacy))
  const dropped = flowiseSecrets.length > 0 && !legacySecrets.some(isFlowise)
  const legacyFilesUntil = dropped ? keySet.createdAt : keySet.legacyFilesUntil
  return {
    ...toKeySet(own.length === 0 ? rest : { ...rest, legacySecrets: own }, keySet.createdAt),
    ...(legacyFilesUntil === undefined ? {} : { legacyFilesUntil }),
  }
}
