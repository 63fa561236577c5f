import { spawnNode } from '@keyturn/testing/processes'
import t from 'tap'

const SCRIPT = new URL('./fixtures/start.ts', import.meta.url)
const GOOD_SECRET = 'siYC7x-RtyWUk73DECXc6SNmXowUMWZag7ZQUPGQKBI'
const DATABASE_URL = 'postgres://localhost:1/unused'

async function start(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = await spawnNode(SCRIPT, { env })
  const { code } = await child.waitForExit()
  return { code, output: child.lines.join('\n') }
}

t.test('production without a secret ends with one screen that names the remedy', async (t) => {
  const { code, output } = await start({ NODE_ENV: 'production', DATABASE_URL })
  t.equal(code, 1)
  t.match(output, /KEYTURN_/)
  t.match(output, /SESSION_SECRET/)
  t.match(output, /randomBytes\(32\)/, 'the command that mends it')
  t.notMatch(output, 'started')
})

t.test('production with a known weak secret ends, and names every problem without the value', async (t) => {
  const { code, output } = await start({ NODE_ENV: 'production', DATABASE_URL, SESSION_SECRET: 'keyboard cat' })
  t.equal(code, 1)
  t.match(output, /at least 32 are needed/)
  t.match(output, /published default/)
  t.notMatch(output, 'keyboard cat')
})

t.test('production without a store ends and says how to name one', async (t) => {
  const { code, output } = await start({ NODE_ENV: 'production', SESSION_SECRET: GOOD_SECRET })
  t.equal(code, 1)
  t.match(output, /KEYTURN_STORE_NOT_CONFIGURED/)
  t.match(output, /DATABASE_URL/)
})

t.test('an environment nobody knows is treated as production', async (t) => {
  const { code } = await start({ NODE_ENV: 'qa', DATABASE_URL })
  t.equal(code, 1)
})

t.test('development starts with nothing configured, and warns', async (t) => {
  const { code, output } = await start({ NODE_ENV: 'development' })
  t.equal(code, 0)
  t.match(output, /ephemeral/i)
  t.match(output, /started/)
})
