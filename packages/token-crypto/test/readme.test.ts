import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnNode } from '@keyturn/testing/processes'
import * as tokenCrypto from '@keyturn/token-crypto'
import { KeyturnError } from '@keyturn/token-crypto'
import { test } from 'tap'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/^## (.*)\n(?:(?!^## )[^])*?^```ts\n([^]*?)^```/gm)].map(([, title, code]) => [title, code] as [string, string])

test('there is an example for each thing that is made', (t) => {
  const titles = examples.map(([title]) => title)
  t.same(titles, ['Usage', 'Secrets', 'Keyrings', 'Sealed values', 'Fernet', 'JSON Web Tokens', 'Cookies', 'Redaction'])
  t.end()
})

for (const [title, code] of examples) {
  test(`the example of ${title} prints what its comments say`, async (t) => {
    // Beside the tests, so that the package's own name resolves.
    const script = join(t.testdir(), 'example.ts')
    writeFileSync(script, code)
    await using child = await spawnNode(script)
    const { code: exitCode } = await child.waitForExit()
    t.equal(exitCode, 0)
    t.same(child.lines.filter((line) => line !== ''), expectedOutput(code))
  })
}

test('the table of errors has every class with its code, and no other', (t) => {
  const classes = Object.entries(tokenCrypto).filter(([, value]) => isErrorClass(value) && value !== KeyturnError)
  const rows = classes.map(([name, Class]) => `${new (Class as new (argument: string) => KeyturnError)('0').code} ${name}`)
  const written = [...readme.matchAll(/^\| `(KEYTURN_\w+)` \| `(\w+)`: /gm)].map(([, code, name]) => `${code} ${name}`)
  t.same(written.toSorted(), rows.toSorted())
  t.ok(rows.length >= 5)
  t.end()
})

/** What stands behind a statement, or in whole lines under one that prints. */
function expectedOutput(code: string): string[] {
  const lines = code.split('\n')
  return lines.flatMap((line, i) => {
    const behind = /[);] \/\/ (.*)$/.exec(line)?.[1]
    if (behind !== undefined) return [behind]
    return line.startsWith('// ') && (lines[i - 1] ?? '').match(/console\.log|^\/\/ /) ? [line.slice(3)] : []
  })
}

function isErrorClass(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof Error
}
