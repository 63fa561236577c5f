import { execFile } from 'node:child_process'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { StartFailedError } from '../errors.ts'
import type { PostgresAccount } from './postgres-account.ts'

/** A disk in memory that only one server sees. It goes with the last of its processes, however they end. */
export interface SmallDisk {
  readonly megabytes: number
  /** Inside the data folder, where the server's account may go. */
  readonly folder: string
}

/** A program and who runs it. */
export type Launch = { readonly command: string, readonly args: readonly string[] } & PostgresAccount

const FOLDER = 'disk'
/** Runs in the data folder: the size of the disk, the options of the mount, the program. */
const MOUNT_AND_RUN = `mount -t tmpfs -o "size=$1m,mode=0700,nosuid,nodev,noexec$2" tmpfs ${FOLDER} && shift 2 && exec "$@"`
const CHUNKS = [1 << 20, 4096, 1]

/** @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: this system or account may not mount one, with the remedy. */
export async function prepareSmallDisk(megabytes: number, dataFolder: string): Promise<SmallDisk> {
  await mkdir(join(dataFolder, FOLDER), { recursive: true, mode: 0o700 })
  const { command, args } = withSmallDisk({ command: 'true', args: [] }, megabytes)
  try {
    await promisify(execFile)(command, [...args], { cwd: dataFolder })
  } catch (cause) {
    throw new StartFailedError(
      'a disk of its own for PostgreSQL needs Linux with util-linux and the right to mount a tmpfs: run as root ' +
        '(in a container with the capability SYS_ADMIN), or allow ordinary users their own namespaces ' +
        '(sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0)',
      { cause },
    )
  }
  return { megabytes, folder: `/proc/self/cwd/${FOLDER}` }
}

/** The same program, started with the disk in a mount namespace of its own: nobody else sees it, and nothing is left of it. */
export function withSmallDisk({ command, args, uid, gid }: Launch, megabytes: number): { readonly command: string, readonly args: readonly string[] } {
  const isRoot = process.getuid?.() === 0
  const namespace = isRoot ? ['--mount'] : ['--map-current-user', '--keep-caps', '--mount']
  const account = uid === undefined ? ['--ambient-caps=-all'] : [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  const owner = uid === undefined ? '' : `,uid=${uid},gid=${gid}`
  return {
    command: 'unshare',
    args: [...namespace, 'sh', '-c', MOUNT_AND_RUN, 'sh', String(megabytes), owner, 'setpriv', ...account, '--inh-caps=-all', command, ...args],
  }
}

/** Takes all room there is. @param pid - Process of the server, whose view of the disk this is. */
export async function fillSmallDisk(pid: number): Promise<void> {
  const file = await open(fillerOf(pid), 'a', 0o600)
  try {
    for (const bytes of CHUNKS) await writeUntilFull(file, Buffer.alloc(bytes))
  } finally {
    await file.close()
  }
}

export async function freeSmallDisk(pid: number): Promise<void> {
  await rm(fillerOf(pid), { force: true })
}

async function writeUntilFull(file: Awaited<ReturnType<typeof open>>, chunk: Buffer): Promise<void> {
  for (;;) {
    try {
      await file.write(chunk)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      return
    }
  }
}

function fillerOf(pid: number): string {
  return `/proc/${pid}/cwd/${FOLDER}/filler`
}
