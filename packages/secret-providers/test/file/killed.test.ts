import { chmodSync, cpSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type NodeProcess, spawnNode } from '@keyturn/testing/processes'
import { createCookieSigner } from '@keyturn/token-crypto'
import t from 'tap'
import { createFileProvider, createSecretManager } from '../../src/index.ts'
import { sampleVersion } from '../fixtures/samples.ts'

const AT_ONCE = 3

t.setTimeout(170_000)

for (const phase of ['create', 'rotate']) {
  t.test(`killed with SIGKILL at any step of ${phase}: the next start is sound and knows every key that signed`, async (t) => {
    const root = t.testdir()
    const prepared = join(root, 'prepared')
    if (phase === 'rotate') await createFileProvider({ folder: prepared }).create?.(sampleVersion())
    let step = 0
    let killed = 0
    let survived = false
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    t.ok(killed > 10, `${killed} were killed, and then one came to its end`)

    async function work(): Promise<void> {
      // The watcher of the file looks when it likes, so that the number of steps is not the same each time.
      while (!survived) {
        const folder = copy(`step-${++step}`)
        const { lines, exit } = await run(folder, step)
        if (exit?.signal === 'SIGKILL') killed++
        else survived = true
        await checkNextStart(folder, lines)
      }
    }

    function copy(name: string): string {
      const folder = join(root, name)
      if (!existsSync(prepared)) return folder
      cpSync(prepared, folder, { recursive: true })
      chmodSync(folder, 0o700)
      return folder
    }

    async function run(folder: string, killAt: number): Promise<NodeProcess> {
      const child = await spawnNode(new URL('../fixtures/rotating-process.ts', import.meta.url), {
        args: ['file', folder, phase],
        env: { KILL_AT_STEP: String(killAt) },
        nodeArgs: ['--import', new URL('../fixtures/killed-at-step.ts', import.meta.url).href],
      })
      await child.waitForExit({ timeoutMs: 60_000 })
      return child
    }

    async function checkNextStart(folder: string, lines: readonly string[]): Promise<void> {
      const manager = await createSecretManager({ providers: [createFileProvider({ folder })], environment: 'production' })
      const signer = createCookieSigner(manager.keyring)
      const signed = lines.flatMap((line) => /^signed (.*)$/.exec(line)?.[1] ?? [])
      t.strictSame(signed.filter((cookie) => !signer.unsign(cookie).valid), [], 'every key that signed is accepted')
      await manager.rotate({ mode: 'immediate' })
      t.ok(signed.every((cookie) => signer.unsign(cookie).valid), 'and a rotation goes on from there')
      t.notOk(readdirSync(folder).some((name) => /lock-\d+$/.test(name)), 'no lock is left')
      await manager.close()
    }
  })
}
