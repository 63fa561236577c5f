import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { TestingError } from '../src/errors.ts'
import * as errors from '../src/errors.ts'
import { chromiumRole } from '../src/chromium/chromium-binary.ts'
import { mariadbRole } from '../src/mariadb/mariadb-binary.ts'
import { spawnNode } from '../src/processes/index.ts'
import { pythonRole } from '../src/python/python-binary.ts'
import { redisRole } from '../src/redis/redis-binary.ts'
import { wrkRole } from '../src/wrk/wrk-binary.ts'

const folder = join(import.meta.dirname, '..')
const readme = readFileSync(join(folder, 'README.md'), 'utf8')

test('the example runs', { timeout: 60_000 }, async t => {
  const [, example = ''] = /```ts\n([^]*?)```/.exec(readme) ?? []
  // Below this package, so that its own name and its dependencies resolve.
  const script = join(t.testdir(), 'example.ts')
  writeFileSync(script, `${example}\nprocess.send?.(row)\nprocess.disconnect?.()\n`)
  await using child = await spawnNode(script)
  t.strictSame(await child.nextMessage(), { recent: true })
})

test('every subpath, error code and variable is named, and no other', t => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }
  t.strictSame([...readme.matchAll(/^\| `(\/[\w-]+)` \|/gm)].map(([, path]) => `.${path}`).sort(), Object.keys(manifest.exports).sort())
  const codes = Object.values(errors).filter(Class => Class !== TestingError).map(Class => new (Class as new (message: string) => TestingError)('').code)
  t.strictSame([...readme.matchAll(/^\| `(KEYTURN_\w+)` \|/gm)].map(([, code]) => code).sort(), codes.sort())
  const variables = [chromiumRole, mariadbRole, pythonRole, redisRole, wrkRole].map(({ variable }) => variable)
  t.strictSame([...readme.matchAll(/`(KEYTURN_(?!TESTING)\w+)`/g)].map(([, name]) => name).sort(), variables.sort())
  t.end()
})
