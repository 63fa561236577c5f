import { spawn, execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Binary, BinaryRole, Environment } from './binary-role.ts'
import { firstLine } from './probe-binary.ts'
import { fillCache, folderFor } from './program-cache.ts'
import { inImage } from './unpacked-program.ts'

const PULL_TIMEOUT_MS = 300_000

/**
 * Takes the files of an image and runs the program from them as a process of our own, which can be frozen and killed
 * like any other. No container is started.
 */
export async function fetchFromDocker(role: BinaryRole, cache: string, env: Environment): Promise<Binary | undefined> {
  if (role.docker === undefined) throw new Error('no image carries it')
  if (process.platform !== 'linux') throw new Error('programs of an image run on Linux only')
  const { image } = role.docker
  const target = folderFor(role, cache, 'docker')
  const container = await docker(['create', '--quiet', image], env)
  try {
    await fillCache(target, ({ root }) => exportTo(container, root, env))
  } finally {
    await docker(['rm', '--force', container], env)
  }
  return inImage(role, target, 'docker')
}

async function docker(args: readonly string[], env: Environment): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('docker', [...args], { env: { ...env }, timeout: PULL_TIMEOUT_MS })
    return stdout.trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error('this system has no docker', { cause: error })
    throw new Error(`docker ${args[0]} failed: ${firstLine(error)}`, { cause: error })
  }
}

async function exportTo(container: string, root: string, env: Environment): Promise<void> {
  const source = spawn('docker', ['export', container], { env: { ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
  // Device files cannot be made by everyone, and none is needed.
  const sink = spawn('tar', ['--extract', '--no-same-owner', '--exclude=dev/*', '--directory', root], { stdio: ['pipe', 'ignore', 'ignore'] })
  source.stdout.pipe(sink.stdin)
  sink.stdin.on('error', () => {})
  const codes = await Promise.all([source, sink].map(child =>
    new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))))
  if (codes.some(code => code !== 0)) throw new Error(`docker export failed: ended with codes ${codes.join(' and ')}`)
}
