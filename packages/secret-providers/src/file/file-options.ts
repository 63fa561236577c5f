import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Clock, type EpochMs, systemClock } from '@keyturn/token-crypto'
import { checkDuration, checkOptions, checkText } from '../option-rules.ts'

export interface FlowiseFilesOptions {
  /** Where Flowise keeps its files. Default `~/.flowise`. */
  readonly folder?: string
  /** How long Flowise's secrets are accepted after Keyturn's first secret was kept, in milliseconds. Default 30 days. */
  readonly acceptMs?: number
}

export interface FileProviderOptions {
  /** A key set file or a plain one-line secret. Give this or `folder`. */
  readonly path?: string
  /** A folder of its own; the file in it is `session-secrets.json`. */
  readonly folder?: string
  /**
   * `'private'`, the default: the file is ours alone, and is created and rotated. `'mounted'`: a container platform puts
   * it there, perhaps as root, readable by a group and behind symbolic links; it is only read.
   */
  readonly access?: 'private' | 'mounted'
  /** Also accept the secrets of a Flowise installation. Default: no. */
  readonly flowise?: FlowiseFilesOptions
  /** Longest wait for other processes that write, in milliseconds. Default 15 000. */
  readonly lockTimeoutMs?: number
  /** How long a lock of another machine is watched before it counts as left behind, in milliseconds. Default 10 000. */
  readonly lockStaleMs?: number
  /** How often the watcher looks at the file where the file system tells nothing, in milliseconds. Default 5000. */
  readonly pollMs?: number
  readonly clock?: Clock
}

export interface ResolvedFileProviderOptions {
  readonly path: string
  readonly access: 'private' | 'mounted'
  readonly flowise: { readonly folder: string; readonly acceptMs: number } | undefined
  readonly lockTimeoutMs: number
  readonly lockStaleMs: number
  readonly pollMs: number
  readonly clock: Clock
}

const KEY_SET_FILE = 'session-secrets.json'
const DAY: EpochMs = 86_400_000

export function resolveFileOptions(options: FileProviderOptions): ResolvedFileProviderOptions {
  const { path, folder, flowise, access = 'private' } = options
  const resolved = {
    lockTimeoutMs: options.lockTimeoutMs ?? 15_000,
    lockStaleMs: options.lockStaleMs ?? 10_000,
    pollMs: options.pollMs ?? 5000,
    clock: options.clock ?? systemClock,
  }
  const flowiseFolder = flowise?.folder ?? join(homedir(), '.flowise')
  const acceptMs = flowise?.acceptMs ?? 30 * DAY
  checkOptions('createFileProvider', [
    (path === undefined) === (folder === undefined) ? 'give either path or folder' : undefined,
    path === undefined ? undefined : checkText('path', path),
    folder === undefined ? undefined : checkText('folder', folder),
    access === 'private' || access === 'mounted' ? undefined : "access is 'private' or 'mounted'",
    checkText('flowise.folder', flowiseFolder),
    checkDuration('flowise.acceptMs', acceptMs, 0),
    checkDuration('lockTimeoutMs', resolved.lockTimeoutMs, 0),
    checkDuration('lockStaleMs', resolved.lockStaleMs, 100),
    checkDuration('pollMs', resolved.pollMs, 10),
  ])
  return Object.freeze({
    ...resolved,
    access,
    // A process that changes its folder later must not look elsewhere.
    path: resolve(path ?? join(folder as string, KEY_SET_FILE)),
    flowise: flowise === undefined ? undefined : Object.freeze({ folder: resolve(flowiseFolder), acceptMs }),
  })
}
