import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnNode } from '@keyturn/testing/processes'
import { test } from 'tap'

test('the types allow what is meant and refuse the rest', async (t) => {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'lib/tsc.js')
  const project = dirname(fileURLToPath(new URL('fixtures/types/public-types.ts', import.meta.url)))
  // Every `@ts-expect-error` in it must be an error, and nothing else may be.
  await using child = await spawnNode(compiler, { args: ['-p', project] })
  const { code } = await child.waitForExit({ timeoutMs: 120_000 })
  t.equal(code, 0, child.lines.join('\n'))
})
