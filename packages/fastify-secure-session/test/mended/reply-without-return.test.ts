import { spawnNode } from '@keyturn/testing/processes'
import t from 'tap'

const SCRIPT = new URL('../fixtures/reply-without-return.ts', import.meta.url)

async function visit(kind: 'bare' | 'secure', path: string, folder: string): Promise<{ body: string | undefined; alive: boolean }> {
  const child = await spawnNode(SCRIPT, { args: [kind, folder] })
  const [, address = ''] = await child.waitForLine(/^listening (.*)$/)
  const body = await fetch(address + path).then((response) => response.text(), () => undefined)
  const again = await fetch(`${address}/nothing`).then((response) => response.status, () => undefined)
  await child.kill('SIGKILL')
  return { body, alive: again === 404 }
}

for (const path of ['/careless', '/careless-and-throwing']) {
  t.test(`a handler that sends without returning does not bring the process down: ${path}`, async (t) => {
    t.equal((await visit('bare', path, t.testdir())).alive, false, 'bare @fastify/session ends the process')
    t.strictSame(await visit('secure', path, t.testdir()), { body: '{"answer":"sent once"}', alive: true })
  })
}
