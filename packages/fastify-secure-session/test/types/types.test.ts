import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { spawnNode } from '@keyturn/testing/processes'
import t, { type Test } from 'tap'

const PACKAGE = join(import.meta.dirname, '../..')
const ROOT = join(PACKAGE, '../..')
const COMPILER = join(dirname(createRequire(join(ROOT, 'package.json')).resolve('typescript/package.json')), 'lib/tsc.js')

async function compile(t: Test, ...args: string[]): Promise<void> {
  await using child = await spawnNode(COMPILER, { args })
  const { code } = await child.waitForExit({ timeoutMs: 150_000 })
  t.equal(code, 0, `tsc ${args.join(' ')}\n${child.lines.join('\n')}`)
}

/** A project that has the built package and its peers installed, and nothing else of this workspace. */
function install(t: Test, name: 'esm' | 'cjs'): string {
  const folder = join(t.testdir(), name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: name === 'esm' ? 'module' : 'commonjs' }))
  for (const [from, to] of [[`${name}-consumer.ts`, 'app.ts'], ['type-tests.ts', 'type-tests.ts'], ['consumer.tsconfig.json', 'tsconfig.json']] as const) {
    copyFileSync(join(import.meta.dirname, 'fixtures', from), join(folder, to))
  }
  for (const [link, target] of [
    ['@keyturn/fastify-secure-session', PACKAGE],
    ['fastify', join(PACKAGE, 'node_modules/fastify')],
    ['@types/node', join(ROOT, 'node_modules/@types/node')],
  ] as const) {
    mkdirSync(dirname(join(folder, 'node_modules', link)), { recursive: true })
    symlinkSync(target, join(folder, 'node_modules', link), 'dir')
  }
  return folder
}

/** Compiles with every declaration checked, runs what came out, and gives its first line. */
async function compileAndRun(t: Test, name: 'esm' | 'cjs'): Promise<Record<string, unknown>> {
  const folder = install(t, name)
  await compile(t, '-p', folder)
  // As users run it: without the condition under which this workspace takes its packages from their sources.
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'out/app.js')], { env: { PATH: process.env['PATH'], NODE_ENV: 'test' } })
  return JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? '{}') as Record<string, unknown>
}

t.before(async () => {
  await using child = await spawnNode(COMPILER, { args: ['-b', PACKAGE] })
  const { code } = await child.waitForExit({ timeoutMs: 150_000 })
  if (code !== 0) throw new Error(`The package does not build:\n${child.lines.join('\n')}`)
})

t.test('an application in ES modules compiles under --strict and runs on what is published', async (t) => {
  t.match(await compileAndRun(t, 'esm'), {
    signedIn: { user: 'ada', visits: 1 },
    generic: { theme: 'dark' },
    sub: 'ada',
    store: 'memory',
    events: ['signed-in', 'created', 'created'],
  })
})

t.test('an application in CommonJS compiles under --strict and runs on what is published', async (t) => {
  t.match(await compileAndRun(t, 'cjs'), { signedIn: { user: 'ada' }, refused: 'KEYTURN_NOT_SIGNED_IN', format: 'function' })
})

t.test('no declaration that is published says any', async (t) => {
  t.match(codeOf("declare function f(mode: 'any'): any // any"), /^declare function f\(mode: \): any $/, 'it would be seen')
  for (const name of ['token-crypto', 'secret-providers', 'session-stores', 'migration', 'fastify-secure-session']) {
    const folder = join(PACKAGE, '..', name, 'dist')
    const declarations = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.d.ts'))
    t.ok(declarations.length > 0)
    const guilty = declarations.filter((path) => /\bany\b/.test(codeOf(readFileSync(join(folder, path), 'utf8'))))
    t.strictSame(guilty, [], name)
  }
})

/**
 * Without comments, texts (`'any'` is a value of ours), and the one constraint that TypeScript knows for a class that a
 * mixin extends: whatever its constructor takes, it gives nobody an `any`.
 */
function codeOf(declaration: string): string {
  return [/\/\*[\s\S]*?\*\//g, /\/\/.*$/gm, /'[^'\n]*'/g, /new \(\.\.\.\w+: any\[\]\)/g].reduce((code, ignored) => code.replace(ignored, ''), declaration)
}
