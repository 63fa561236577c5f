import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { spawnNode } from '@keyturn/testing/processes'
import t, { type Test } from 'tap'
import { SecretMissingError, SecretRefusedError } from '../../src/index.ts'
import { GENERATE_COMMAND } from '../../src/notices/start-screens.ts'
import { findSecrets } from '../fixtures/encodings.ts'

t.setTimeout(60_000)

const NOTHING = Object.fromEntries(
  ['SESSION_SECRET', 'EXPRESS_SESSION_SECRET', 'API_SESSION_SECRET', 'SECRETKEY_STORAGE_TYPE', 'SECRETKEY_PATH', 'NODE_ENV'].map((name) => [name, undefined]),
)

t.test('a server without a secret ends with code 1 and one screen that says what to do', async (t) => {
  const { code, printed } = await start({})
  t.equal(code, 1)
  t.match(printed, /Keyturn cannot start: there is no session secret\./)
  t.ok(printed.includes(GENERATE_COMMAND))
  checkScreen(t, printed)
})

t.test('a server with several bad secrets names all that is wrong with each of them', async (t) => {
  const bad = { SESSION_SECRET: 'popcorn', SESSION_SECRET_NEXT: 'a-b-c-d-e-f', SESSION_ENCRYPTION_KEY: 'xyz' }
  const { code, printed } = await start(bad)
  t.equal(code, 1)
  for (const name of Object.keys(bad)) t.match(printed, new RegExp(`^${name}$`, 'm'))
  t.match(printed, /published default/)
  t.match(printed, /11 bytes long; at least 32/)
  t.match(printed, /64 hex digits/)
  t.strictSame(findSecrets(printed, ['a-b-c-d-e-f']), [])
  checkScreen(t, printed)
})

t.test('the command that mends it mends it', async (t) => {
  const made = execFileSync('sh', ['-c', GENERATE_COMMAND], { encoding: 'utf8' }).trim()
  t.match(await start({ SESSION_SECRET: made }), { code: 0, printed: /started on environment SESSION_SECRET/ })
})

t.test('so does the other way that is named: a folder', async (t) => {
  const folder = join(t.testdir(), 'secrets')
  t.match(await start({ SECRETKEY_PATH: folder }), { code: 0, printed: /started on file .*session-secrets\.json/ })
})

t.test('a process that waits for its secret does not end without a word', async (t) => {
  const aws = { SECRETKEY_STORAGE_TYPE: 'aws', AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'x' }
  const child = await spawnNode(new URL('../fixtures/start-or-end.ts', import.meta.url), { env: { ...NOTHING, ...aws } })
  await new Promise((resolve) => setTimeout(resolve, 4000))
  t.equal(child.exit, undefined, 'it still tries')
  await child.kill('SIGKILL')
})

t.test('whatever a path holds, a screen is plain ASCII of 80 columns', async (t) => {
  const asked = ['file /srv/s\u00fc\u00df/\u001b[31m' + 'x'.repeat(200), 'environment: A, B']
  for (const error of [new SecretMissingError(asked, ['A hint.']), new SecretRefusedError([{ where: asked[0] ?? '', rule: 'x', problem: 'y '.repeat(90) }])]) {
    for (const line of error.message.split('\n')) t.match(line, /^[\x20-\x7e]{0,80}$/)
    t.notMatch(error.stack, /\.ts:\d+/)
  }
})

async function start(env: Record<string, string>): Promise<{ code: number | null; printed: string }> {
  const child = await spawnNode(new URL('../fixtures/start-or-end.ts', import.meta.url), { env: { ...NOTHING, ...env } })
  const { code } = await child.waitForExit()
  return { code, printed: child.lines.join('\n') }
}

function checkScreen(t: Test, printed: string): void {
  // Node puts an error without a stack into brackets, and its properties behind it.
  const lines = printed.split('\n').map((line) => line.replace(/\]? \{$/, ''))
  const screen = lines.slice(lines.findIndex((line) => line.includes('Keyturn ')), lines.findLastIndex((line) => line.startsWith('====')) + 1)
  t.ok(screen.length <= 25, `${screen.length} lines`)
  for (const line of screen) t.match(line, /^[\x20-\x7e]{0,80}$/)
  t.ok(!printed.includes('    at '), 'no stack')
}
