import { setTimeout as sleep } from 'node:timers/promises'
import { type NodeProcess, spawnNode } from '@keyturn/testing/processes'
import { createCookieSigner } from '@keyturn/token-crypto'
import t from 'tap'
import { createSecretManager } from '../../src/index.ts'
import { SECRET_ID, startBench } from '../fixtures/aws.ts'
import { sampleVersion } from '../fixtures/samples.ts'

t.setTimeout(170_000)

const WAYS = {
  'before the call is done': { answer: 'never' },
  'after it is done, before the answer': { latencyMs: 60_000 },
} as const

for (const phase of ['create', 'rotate'] as const) {
  for (const [way, effect] of Object.entries(WAYS)) {
    t.test(`killed with SIGKILL at any call of ${phase}, ${way}: the next start is sound and knows every key that signed`, async (t) => {
      const total = await countCalls()
      t.ok(total >= 2, `${total} calls`)
      for (let call = 0; call < total; call++) await killAt(call)

      async function countCalls(): Promise<number> {
        const { server, child } = await start()
        await child.waitForExit({ timeoutMs: 60_000 })
        return server.calls.length
      }

      async function killAt(call: number): Promise<void> {
        const bench = await start({ after: call })
        const { server, child } = bench
        while (server.calls.length <= call) await sleep(5)
        await sleep(20)
        await child.kill('SIGKILL')
        t.equal(child.exit?.signal, 'SIGKILL', `call ${call}, ${server.calls.at(-1)?.operation}`)
        server.heal()
        await checkNextStart(bench, child.lines)
      }

      async function start({ after }: { after?: number } = {}) {
        const bench = await startBench(t)
        if (phase === 'rotate') await bench.connect().create?.(sampleVersion())
        bench.server.forgetCalls()
        if (after !== undefined) bench.server.fail({ after, times: 1, effect })
        const child: NodeProcess = await spawnNode(new URL('../fixtures/rotating-process.ts', import.meta.url), {
          args: ['aws', SECRET_ID, phase],
          env: bench.server.env,
        })
        return { ...bench, child }
      }

      async function checkNextStart({ connect }: Awaited<ReturnType<typeof start>>, lines: readonly string[]): Promise<void> {
        const manager = await createSecretManager({ providers: [connect()], environment: 'production' })
        const signer = createCookieSigner(manager.keyring)
        const signed = lines.flatMap((line) => /^signed (.*)$/.exec(line)?.[1] ?? [])
        t.strictSame(signed.filter((cookie) => !signer.unsign(cookie).valid), [], 'every key that signed is accepted')
        await manager.rotate({ mode: 'immediate' })
        t.ok(signed.every((cookie) => signer.unsign(cookie).valid), 'and a rotation goes on from there')
        await manager.close()
      }
    })
  }
}
