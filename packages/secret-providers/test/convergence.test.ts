import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startSecretsManager } from '@keyturn/testing/secrets-manager'
import t from 'tap'
import { createAwsProvider } from '../src/aws/index.ts'
import { parseKeySet } from '../src/key-set/parse-key-set.ts'
import { load } from './fixtures/aws.ts'
import { spawnStarters } from './fixtures/start-together.ts'

const PROCESSES = 32
const ROUNDS = 50

t.setTimeout(170_000)

t.test(`${PROCESSES} processes that start at once on an empty folder end with one secret, ${ROUNDS} rounds`, async (t) => {
  const root = t.testdir()
  const starters = await spawnStarters(PROCESSES)
  t.teardown(starters.end)
  for (let round = 0; round < ROUNDS; round++) {
    const folder = join(root, `round-${round}`, 'secrets')
    const ids = new Set(await starters.start({ folder }))
    const { keySet } = parseKeySet(await readFile(join(folder, 'session-secrets.json'), 'utf8'))
    t.strictSame([...ids], keySet?.versions.map(({ id }) => id), `round ${round}`)
  }
})

t.test(`${PROCESSES} processes that start at once on an empty AWS secret end with one secret, ${ROUNDS} rounds`, async (t) => {
  const server = await startSecretsManager()
  const starters = await spawnStarters(PROCESSES, server.env)
  t.teardown(async () => {
    await starters.end()
    await server.stop()
  })
  for (let round = 0; round < ROUNDS; round++) {
    // Every other round the machines that answer do not yet know what others wrote.
    server.setReadLag({ ms: round % 2 === 0 ? 0 : 100, spread: 'varying' })
    const secretId = `app/round-${round}`
    const ids = new Set(await starters.start({ secretId }))
    server.setReadLag({ ms: 0 })
    const provider = createAwsProvider({ secretId, ...server.clientConfig })
    t.strictSame([...ids], (await load(provider)).versions.map(({ id }) => id), `round ${round}`)
    await provider.close?.()
  }
})
