import assert from 'node:assert/strict'
import { stage } from '../../rotation/phases.ts'
import type { Topic } from '../harness.ts'
import { loadOrCreate, sampleVersion } from '../samples.ts'

const CLOSED = { code: 'KEYTURN_SECRET_SOURCE_CLOSED' }
const PATIENCE_MS = 10_000

export const lifecycle: Topic = (check) => {
  check('a watcher is told of what others write, until it ends', async ({ provider, connect }) => {
    if (provider.watch === undefined || provider.replace === undefined) return
    const before = await loadOrCreate(provider)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new Error(`nothing was told within ${PATIENCE_MS} ms`)), PATIENCE_MS)
    const end = provider.watch(resolve)
    // A watcher may need a moment to see what there is to begin with.
    await new Promise((begun) => setTimeout(begun, 100))
    await (await connect()).replace?.(stage(before, Date.now()), before)
    await promise.finally(() => clearTimeout(timer))
    end()
    end()
  })

  check('closing is idempotent, and afterwards every method rejects', async ({ provider }) => {
    const set = await loadOrCreate(provider)
    if (provider.close === undefined) return
    await provider.close()
    await provider.close()
    await assert.rejects(async () => provider.load(), CLOSED)
    if (provider.create !== undefined) await assert.rejects(async () => provider.create?.(sampleVersion()), CLOSED)
    if (provider.replace !== undefined) await assert.rejects(async () => provider.replace?.(set, set), CLOSED)
  })
}
