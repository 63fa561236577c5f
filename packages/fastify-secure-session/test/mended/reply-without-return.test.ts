import { setTimeout as wait } from 'node:timers/promises'
import { spawnNode } from '@keyturn/testing/processes'
import t from 'tap'

const SCRIPT = new URL('../fixtures/reply-without-return.ts', import.meta.url)

async function visit(kind: 'bare' | 'secure', path: string, folder: string): Promise<{ body: string | undefined; alive: boolean }> {
  const child = await spawnNode(SCRIPT, { args: [kind, folder] })
  const [, address = ''] = await child.waitForLine(/^listening (.*)$/)
  const body = await fetch(address + path).then((response) => response.text(), () => undefined)
  const alive = await staysAlive(address)
  await child.kill('SIGKILL')
  return { body, alive }
}

/** A process that ends does so after its answer, at some moment: it is asked so often that it has come to that. */
async function staysAlive(address: string): Promise<boolean> {
  for (let asked = 0; asked < 30; asked++, await wait(50)) {
    const answered = await fetch(`${address}/nothing`).then((response) => response.status === 404, () => false)
    if (!answered) return false
  }
  return true
}

for (const path of ['/careless', '/careless-and-throwing']) {
  t.test(`a handler that sends without returning does not bring the process down: ${path}`, async (t) => {
    t.equal((await visit('bare', path, t.testdir())).alive, false, 'bare @fastify/session ends the process')
    t.strictSame(await visit('secure', path, t.testdir()), { body: '{"answer":"sent once"}', alive: true })
  })
}
