import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { StartFailedError } from '../errors.ts'
import { isAlive } from '../processes/process-tree.ts'
import type { PostgresAccount } from './postgres-account.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'

export const SUPERUSER = 'postgres'

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
  const password = await keepPassword(join(folder, 'password'))
  if (existsSync(dataFolder)) return { dataFolder, password }

  await removeAbandoned(folder)
  const unfinished = `${dataFolder}.new-${process.pid}`
  await mkdir(unfinished, { mode: 0o700 })
  if (account.uid !== undefined) await chown(unfinished, account.uid, account.gid)
  await runInitdb(unfinished, { binaries, account, password, passwordFile: join(folder, `initial-password-${process.pid}`) })
  await rename(unfinished, dataFolder)
  return { dataFolder, password }
}

async function keepPassword(path: string): Promise<string> {
  try {
    const file = await open(path, 'wx', 0o600)
    const password = randomBytes(24).toString('base64url')
    await file.writeFile(password)
    await file.close()
    return password
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return readFile(path, 'utf8')
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const maker = /^data\.new-(\d+)$/.exec(name)?.[1]
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
    const child = spawn(binaries.initdb, [
      '-D', dataArgument(dataFolder), `--username=${SUPERUSER}`, '--pwfile=/dev/stdin', '--auth=scram-sha-256',
      '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions',
    ], { cwd: dataFolder, ...account, env: {}, stdio: [input.fd, 'pipe', 'pipe'] })
    let printed = ''
    child.stdout?.on('data', chunk => { printed += String(chunk) })
    child.stderr?.on('data', chunk => { printed += String(chunk) })
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
    if (code !== 0) throw new StartFailedError(`initdb ended with code ${code}:\n${printed}`)
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
