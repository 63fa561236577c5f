import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import { spawnNode } from '@keyturn/testing/processes'
import { KeyturnError } from '@keyturn/token-crypto'
import t from 'tap'
import * as sessionStores from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code]) => code ?? '')

const [server, redis] = await Promise.all([startPostgres(), startRedis()])
t.teardown(() => Promise.all([server.stop(), redis.stop()]))

for (const [index, code] of examples.entries()) {
  t.test(`example ${index + 1} runs and prints what its comments say`, async (t) => {
    // Beside the tests, so that the package's own name resolves.
    const script = join(t.testdir(), 'example.ts')
    writeFileSync(script, code)
    await using child = await spawnNode(script, { env: { DATABASE_URL: server.url, REDIS_URL: redis.url } })
    const { code: exitCode } = await child.waitForExit()
    t.equal(exitCode, 0)
    const expected = [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
    const printed = child.lines.filter((line) => line !== '')
    if (expected.length > 0) t.strictSame(printed, expected)
    else t.match(printed.join('\n'), /# pass \d\d|pass \d\d/)
  })
}

t.test('the table of errors has every class with its code, and no other', (t) => {
  const classes = Object.entries(sessionStores).filter(([, value]) => isErrorClass(value))
  const rows = classes.map(([name, Class]) => `${new (Class as new (text: string) => KeyturnError)('x').code} ${name}`)
  const written = [...readme.matchAll(/^\| `(KEYTURN_\w+)` \| `(\w+)`: /gm)].map(([, code, name]) => `${code} ${name}`)
  t.strictSame(written.toSorted(), rows.toSorted())
  t.ok(rows.length >= 10)
  t.end()
})

function isErrorClass(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof KeyturnError
}
