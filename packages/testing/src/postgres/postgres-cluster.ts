import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, link, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartFailedError } from '../errors.ts'
import { startManagedProcess } from '../processes/managed-process.ts'
import { isAlive } from '../processes/process-tree.ts'
import type { PostgresAccount } from './postgres-account.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'

export const SUPERUSER = 'postgres'
const INITDB_TIMEOUT_MS = 120_000

/** A cluster on disk: `data` belongs to the server's account, `password` to us. */
export interface PostgresCluster {
  readonly dataFolder: string
  readonly password: string
}

export function dataFolderOf(folder: string): string {
  return join(folder, 'data')
}

/**
 * How the server is told its data folder: it runs inside it, and this name needs no right to enter the folders above,
 * which root's other account may not have.
 */
export function dataArgument(dataFolder: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : dataFolder
}

/** Makes the cluster if the folder has none; one that was only half made never counts. */
export async function prepareCluster(folder: string, binaries: PostgresBinaries, account: PostgresAccount): Promise<PostgresCluster> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const dataFolder = dataFolderOf(folder)
  const passwordFile = join(folder, 'password')
  if (existsSync(dataFolder)) return { dataFolder, password: await readPassword(passwordFile) }

  const password = await keepPassword(passwordFile)
  await removeAbandoned(folder)
  const unfinished = `${dataFolder}.new-${process.pid}`
  await mkdir(unfinished, { mode: 0o700 })
  if (account.uid !== undefined) await chown(unfinished, account.uid, account.gid)
  await runInitdb(unfinished, { binaries, account, password, passwordFile: `${passwordFile}.new-${process.pid}` })
  await rename(unfinished, dataFolder)
  return { dataFolder, password }
}

async function readPassword(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new StartFailedError(`the cluster beside ${path} cannot be used without its password: restore that file, or remove the folder to begin anew`, { cause })
  }
}

/** The password appears under its name whole or not at all; whoever was first has set it. */
async function keepPassword(path: string): Promise<string> {
  const unfinished = `${path}.new-${process.pid}`
  await writeFile(unfinished, randomBytes(24).toString('base64url'), { mode: 0o600 })
  try {
    await link(unfinished, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(unfinished)
  }
  return readFile(path, 'utf8')
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const maker = /^(?:data|password)\.new-(\d+)$/.exec(name)?.[1]
    if (maker === undefined || (isAlive(Number(maker)) && Number(maker) !== process.pid)) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

interface InitdbTask {
  readonly binaries: PostgresBinaries
  readonly account: PostgresAccount
  readonly password: string
  readonly passwordFile: string
}

async function runInitdb(dataFolder: string, { binaries, account, password, passwordFile }: InitdbTask): Promise<void> {
  const input = await openForAccount(passwordFile, password, account)
  try {
    const running = await startManagedProcess({
      command: binaries.initdb,
      args: [
        '-D', dataArgument(dataFolder), `--username=${SUPERUSER}`, '--pwfile=/dev/stdin', '--auth=scram-sha-256',
        '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions',
      ],
      cwd: dataFolder,
      ...account,
      env: {},
      inputFile: input.fd,
      endSignal: 'SIGKILL',
    })
    const { code } = await running.waitForExit({ timeoutMs: INITDB_TIMEOUT_MS })
    if (code !== 0) throw new StartFailedError(`initdb ended with code ${code}:\n${running.output.lines.join('\n')}`)
  } finally {
    await input.close()
  }
}

/** A file without a name: only who is given the open file, and has the account, can read it. */
async function openForAccount(path: string, text: string, account: PostgresAccount): Promise<Awaited<ReturnType<typeof open>>> {
  const writer = await open(path, 'wx', 0o600)
  try {
    await writer.writeFile(`${text}\n`)
    if (account.uid !== undefined) await writer.chown(account.uid, account.gid)
    return await open(path, 'r')
  } finally {
    await writer.close()
    await rm(path)
  }
}
