import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnNode } from '@keyturn/testing/processes'
import { createKeyring, createSecretVersion, deriveFernetKey, Secret, type Purpose } from '@keyturn/token-crypto'
import { test, type Test } from 'tap'
import { secretNeedles } from '../src/redaction/secret-needles.ts'
import { secretText } from './fixtures/keyrings.ts'

const program = new URL('fixtures/leak-program.ts', import.meta.url)
const text = secretText('leak')
const secret = Secret.fromText(text)
const needles = await everySpelling()

/** Of the secret and of every key that is derived from it: as text, hex, base64, or a list of numbers. */
async function everySpelling(): Promise<string[]> {
  const version = createSecretVersion({ secret, state: 'primary', createdAt: 0 })
  const keyring = createKeyring({ versions: [version] })
  const purposes: Purpose[] = ['cookie', 'session', 'token', 'jwt', 'owner', 'index']
  const fernetKey = await deriveFernetKey(secret, { salt: 'leak', iterations: 1 })
  const bytes = [
    secret.expose(),
    fernetKey.expose(),
    Buffer.from(fernetKey.expose().toString(), 'base64url'),
    ...purposes.map((purpose) => keyring.primary(purpose).key.export()),
  ]
  return bytes.flatMap((each) => [
    ...secretNeedles(Secret.fromBytes(each)),
    each.toString('latin1'),
    [...each.subarray(0, 12)].join(','),
    [...each.subarray(0, 12)].join(', '),
    each.toString('hex', 0, 12).replaceAll(/(..)(?!$)/g, '$1 '),
  ])
}

async function run(t: Test, way: string): Promise<{ output: string; snapshot: string }> {
  const folder = t.testdir({ secret: text })
  const snapshot = join(folder, 'snapshot.heapsnapshot')
  await using child = await spawnNode(program, { args: [way, join(folder, 'secret'), snapshot] })
  const exit = await child.waitForExit({ timeoutMs: 120_000 })
  t.equal(exit.code, way.includes('throw') || way === 'reject' ? 1 : 0)
  return { output: child.lines.join('\n'), snapshot }
}

function holdsSecret(output: string): boolean {
  return needles.some((needle) => output.includes(needle))
}

test('the search finds a secret that is there', (t) => {
  t.ok(needles.length > 60)
  t.ok(holdsSecret(`x ${text} x`))
  t.ok(holdsSecret(JSON.stringify(Buffer.from(text))))
  t.ok(holdsSecret(Buffer.from(text).toString('base64')))
  t.end()
})

test('nothing that is printed, serialised, cloned or reported holds a secret', async (t) => {
  const { output } = await run(t, 'print')
  t.ok(output.length > 100_000, 'everything was printed')
  t.match(output, '[secret]')
  t.notOk(holdsSecret(output))
})

for (const way of ['throw', 'throw-secret', 'reject']) {
  test(`a crash does not print a secret: ${way}`, async (t) => {
    const { output } = await run(t, way)
    t.match(output, /Node\.js v\d+/, 'it crashed')
    t.notOk(holdsSecret(output))
  })
}

test('a heap snapshot of a program at work holds no secret', async (t) => {
  const { snapshot } = await run(t, 'snapshot')
  const heap = readFileSync(snapshot, 'latin1')
  t.match(heap, 'makeEverything')
  t.notOk(holdsSecret(heap))
})

test('a heap snapshot does show a secret that a program keeps as a string', async (t) => {
  const { snapshot } = await run(t, 'snapshot-with-a-leak')
  t.ok(holdsSecret(readFileSync(snapshot, 'latin1')))
})
