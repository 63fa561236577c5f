// Packs what would be published, and looks into the very tarballs.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pnpm } from './pnpm.mjs'
import { readWorkspaces, root } from './workspaces.mjs'

const REQUIRED = ['package.json', 'README.md', 'LICENSE']

for (const workspace of readWorkspaces()) {
  if (workspace.manifest.private === true) continue
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-pack-'))
  try {
    const problems = problemsOf(workspace, folder)
    if (problems.length === 0) continue
    process.exitCode = 1
    console.error(`${workspace.folder}:\n${problems.join('\n')}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function problemsOf(workspace, folder) {
  const [program, ...args] = pnpm('pack', '--pack-destination', folder)
  execFileSync(program, args, { cwd: join(root, workspace.folder), stdio: 'pipe' })
  const tarball = join(folder, readdirSync(folder)[0])
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n').map((path) => path.replace('package/', ''))
  return [
    ...REQUIRED.filter((file) => !files.includes(file)).map((file) => `  ${file} is not in the package`),
    ...targetsOf(workspace.manifest.exports).filter((file) => !files.includes(file)).map((file) => `  exports name ${file}, which is not in the package`),
    ...files.filter(isForeign).map((file) => `  ${file} does not belong into the package`),
    ...files.filter((file) => isLeftOver(file, workspace)).map((file) => `  ${file} has no source any more: remove ${workspace.folder}/dist and build again`),
    ...complaintsOf('publint', ['run', tarball, '--strict']),
    ...complaintsOf('attw', [tarball, '--profile', 'esm-only', '--no-emoji']),
  ]
}

/** Every file that an `exports` field names, under whatever condition. */
function targetsOf(exported) {
  if (typeof exported === 'string') return [exported.replace('./', '')]
  return Object.values(exported ?? {}).flatMap(targetsOf)
}

function isForeign(file) {
  return !REQUIRED.includes(file) && !/^(dist|src)\/.*\.(ts|js|map|sql|lua)$/.test(file)
}

function isLeftOver(file, { folder }) {
  const source = /^dist\/(.*)\.js$/.exec(file)?.[1]
  return source !== undefined && !existsSync(join(root, folder, `src/${source}.ts`))
}

function complaintsOf(program, args) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' })
  return status === 0 ? [] : [`${program}: ${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`]
}
