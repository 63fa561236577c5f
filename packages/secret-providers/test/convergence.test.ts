import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type NodeProcess, spawnNode } from '@keyturn/testing/processes'
import t from 'tap'
import { parseKeySet } from '../src/key-set/parse-key-set.ts'

const PROCESSES = 32
const ROUNDS = 50

t.setTimeout(150_000)

t.test(`${PROCESSES} processes that start at once on an empty folder end with one secret, ${ROUNDS} rounds`, async (t) => {
  const root = t.testdir()
  const processes = await Promise.all(Array.from({ length: PROCESSES }, startOne))
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const folder = join(root, `round-${round}`, 'secrets')
      const answers = await startTogether(processes, folder)
      const { keySet } = parseKeySet(await readFile(join(folder, 'session-secrets.json'), 'utf8'))
      const ids = new Set([...answers, ...(keySet?.versions.map(({ id }) => id) ?? ['none'])])
      t.equal(ids.size, 1, `round ${round}`)
    }
  } finally {
    await Promise.all(processes.map((process) => process.kill('SIGKILL')))
  }
})

async function startOne(): Promise<NodeProcess> {
  const process = await spawnNode(new URL('fixtures/starter.ts', import.meta.url))
  await process.nextMessage({ timeoutMs: 60_000 })
  return process
}

async function startTogether(processes: readonly NodeProcess[], folder: string): Promise<string[]> {
  const at = Date.now() + 10
  for (const process of processes) process.send({ folder, at })
  const answers = await Promise.all(processes.map((process) => process.nextMessage({ timeoutMs: 60_000 })))
  return answers.map((answer) => (answer as { primaryKeyId: string }).primaryKeyId)
}
