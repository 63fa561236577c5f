import assert from 'node:assert/strict'
import type { Topic } from '../harness.ts'
import { idsAndStates, isSame, loadSet, sampleVersion } from '../samples.ts'

const AT_ONCE = 12

export const creating: Topic = (check) => {
  check('the first secret is kept as it was given', async ({ provider, connect }) => {
    if (provider.create === undefined) return
    const version = sampleVersion()
    const set = await provider.create(version)
    assert.deepEqual(idsAndStates(set), [`${version.id} primary`])
    assert.ok(isSame((await loadSet(provider)).versions[0], version))
    assert.ok(isSame((await loadSet(await connect())).versions[0], version))
    assert.equal((await loadSet(provider)).versions[0]?.createdAt, version.createdAt)
  })

  check('a second creation hands back the first secret and changes nothing', async ({ provider, connect }) => {
    if (provider.create === undefined) return
    const first = await provider.create(sampleVersion())
    const other = await connect()
    const second = await other.create?.(sampleVersion())
    assert.ok(second)
    assert.deepEqual(idsAndStates(second), idsAndStates(first))
    assert.deepEqual(idsAndStates(await loadSet(provider)), idsAndStates(first))
  })

  check('of many creations at once one wins, and all get its secret', async ({ provider, connect }) => {
    if (provider.create === undefined) return
    const providers = [provider, ...(await Promise.all(Array.from({ length: AT_ONCE - 1 }, connect)))]
    const sets = await Promise.all(providers.map(async (each) => each.create?.(sampleVersion())))
    const ids = new Set(sets.map((set) => set?.versions.map(({ id }) => id).join()))
    assert.equal(ids.size, 1)
    assert.deepEqual([...ids], [(await loadSet(provider)).versions.map(({ id }) => id).join()])
  })

  check('an outage at creation rejects, and afterwards there is one secret or none', async ({ provider, breakSource }) => {
    if (provider.create === undefined || breakSource === undefined) return
    const mend = await breakSource()
    await assert.rejects(async () => provider.create?.(sampleVersion()))
    await mend()
    const set = (await provider.load()) ?? (await provider.create(sampleVersion()))
    assert.equal(set.versions.length, 1)
  })
}
