import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import type { BinaryRole } from '../../src/binaries/binary-role.ts'
import { searchBinary } from '../../src/binaries/find-binary.ts'
import { spawnNode } from '../../src/processes/index.ts'
import { redisRole } from '../../src/redis/redis-binary.ts'

const tool: BinaryRole = {
  name: 'keyturn-no-such-tool',
  variable: 'KEYTURN_TOOL',
  candidates: ['keyturn-tool', 'keyturn-tool-2'],
  probe: { args: ['--version'], prints: /tool 7/ },
  debian: { packages: ['keyturn-no-such-package'], paths: ['usr/bin/keyturn-tool'] },
  remedy: 'Install the tool (`apt-get install tool`)',
}

function writeTool(folder: string, name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

/** An environment with nothing but one folder to find programs in, and a cache of its own. */
function emptyEnvironment(t: Test): { folder: string, env: Record<string, string> } {
  const folder = t.testdir()
  return { folder, env: { PATH: folder, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') } }
}

test('the path in the environment variable wins over PATH', async t => {
  const { folder, env } = emptyEnvironment(t)
  writeTool(folder, 'keyturn-tool', 'echo tool 7')
  const mine = writeTool(folder, 'mine', 'echo tool 7')
  t.match(await searchBinary(tool, { ...env, KEYTURN_TOOL: mine }), { command: mine, origin: 'variable' })
})

test('a variable that leads nowhere is an error that names it, and nothing else is looked for', async t => {
  const { folder, env } = emptyEnvironment(t)
  writeTool(folder, 'keyturn-tool', 'echo tool 7')
  await t.rejects(searchBinary(tool, { ...env, KEYTURN_TOOL: join(folder, 'gone') }), { code: 'KEYTURN_TESTING_BINARY_MISSING', message: /^KEYTURN_TOOL does not lead to .*gone does not run: .*ENOENT/ })
  await t.rejects(searchBinary(tool, { ...env, KEYTURN_TOOL: writeTool(folder, 'old', 'echo tool 6') }), { message: /printed something else than \/tool 7\// })
})

test('of several on PATH the first that runs is taken', async t => {
  const { folder, env } = emptyEnvironment(t)
  writeTool(folder, 'keyturn-tool', 'echo broken library >&2; exit 127')
  const second = writeTool(folder, 'keyturn-tool-2', 'echo tool 7.1')
  t.match(await searchBinary(tool, env), { command: second, origin: 'path' })
})

test('when it is nowhere, the error names each place, the remedy and the variable', async t => {
  const { folder, env } = emptyEnvironment(t)
  writeTool(folder, 'keyturn-tool', 'echo broken library >&2; exit 127')
  const error = await searchBinary(tool, env).catch((failure: unknown) => failure as Error)
  t.match(error, { name: 'BinaryMissingError', code: 'KEYTURN_TESTING_BINARY_MISSING' })
  for (const part of [
    /^keyturn-no-such-tool was not found\. Install the tool \(`apt-get install tool`\), or set KEYTURN_TOOL to its path\./,
    /PATH .*keyturn-tool does not run: broken library/,
    /cache .*cache\/keyturn: not there/,
    /Debian packages: (this system has no apt-get|.*keyturn-no-such-package)/,
    /Docker: no image carries it/,
  ]) t.match((error as Error).message, part)
  t.strictSame(existsSync(join(folder, 'cache/keyturn')) ? readdirSync(join(folder, 'cache/keyturn')) : [], [], 'a fetch that failed leaves nothing')
})

test('what is fetched works, is kept, and is fetched once by processes that search at once', { timeout: 180_000 }, async t => {
  const { env } = emptyEnvironment(t)
  const search = async (): Promise<unknown> => {
    const child = await spawnNode(new URL('./fixtures/searches.ts', import.meta.url), { env: { ...env, PATH: process.env['PATH'], KEYTURN_REDIS_SERVER: undefined } })
    return child.nextMessage({ timeoutMs: 150_000 })
  }
  t.match((await Promise.all([search(), search()])).map(String).sort(), ['cache', /debian|docker/])

  const again = await searchBinary({ ...redisRole, candidates: [] }, env)
  t.equal(again.origin, 'cache')
  t.ok(again.command.startsWith(env['XDG_CACHE_HOME'] ?? '-'))
})
