import { spawnNode } from '@keyturn/testing/processes'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'

t.test('the smallest example of the README works as it stands', async (t) => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = /## Usage\n+```ts\n(?<code>[\s\S]*?)```/.exec(readme)?.groups?.code
  t.ok(example)
  // Beside the sources, so that the package's own name resolves.
  const script = join(import.meta.dirname, `readme-example-${process.pid}.ts`)
  await writeFile(script, `${example}\nconsole.log('listening ' + await app.listen({ host: '127.0.0.1', port: 0 }))\n`)
  t.teardown(() => rm(script))

  const child = await spawnNode(script, { env: { NODE_ENV: 'development', DATABASE_URL: undefined, SESSION_SECRET: undefined } })
  t.teardown(() => child.kill())
  const [, address = ''] = await child.waitForLine(/^listening (.*)$/)
  const signedIn = await fetch(`${address}/sign-in`, { method: 'POST' })
  t.strictSame(await signedIn.json(), { hello: 'ada' })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  t.strictSame(await (await fetch(`${address}/basket`, { headers: { cookie } })).json(), ['apples'])
  await fetch(`${address}/sign-out`, { method: 'POST', headers: { cookie } })
  t.strictSame(await (await fetch(`${address}/basket`, { headers: { cookie } })).json(), [])
})
