import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { createKeyring, KeyturnError } from '@keyturn/token-crypto'
import type { Topic } from '../harness.ts'
import { idsAndStates, isSame, loadOrCreate, loadSet } from '../samples.ts'

export const loading: Topic = (check) => {
  check('a provider says what it is and what it can do', async ({ provider }) => {
    assert.match(provider.name, /^[a-z][a-z0-9-]*$/)
    const { create, rotate, watch } = provider.supports
    assert.equal(typeof provider.create, create ? 'function' : 'undefined')
    assert.equal(typeof provider.replace, rotate ? 'function' : 'undefined')
    assert.equal(typeof provider.watch, watch ? 'function' : 'undefined')
  })

  check('an empty source is absence, and stays empty when it is only read', async ({ provider, connect }) => {
    if (!provider.supports.create) return
    assert.equal(await provider.load(), undefined)
    assert.equal(await provider.load(), undefined)
    assert.equal(await (await connect()).load(), undefined)
  })

  check('what is there makes a keyring, and the same one each time and for everybody', async ({ provider, connect }) => {
    const set = await loadOrCreate(provider)
    const again = await loadSet(provider)
    const other = await loadSet(await connect())
    createKeyring({
      versions: set.versions,
      ...(set.encryptionVersions === undefined ? {} : { encryptionVersions: set.encryptionVersions }),
      legacySecrets: set.legacySecrets ?? [],
    })
    assert.deepEqual(idsAndStates(again), idsAndStates(set))
    assert.deepEqual(idsAndStates(other), idsAndStates(set))
    assert.ok(isSame(other.versions[0], set.versions[0]), 'byte for byte')
  })

  check('the origin says where it comes from, and nothing that is printed says what it is', async ({ provider }) => {
    const set = await loadOrCreate(provider)
    assert.ok(set.origin.length > 0)
    const text = set.versions[0]?.secret.expose().toString() ?? ''
    const printed = [inspect(set, { depth: 9 }), JSON.stringify(set), inspect(provider, { depth: 9, showHidden: true })]
    for (const each of printed) assert.ok(!each.includes(text))
  })

  check('an aborted signal rejects with its reason', async ({ provider }) => {
    const reason = new Error('changed my mind')
    await assert.rejects(async () => provider.load({ signal: AbortSignal.abort(reason) }), reason)
  })

  check('an outage rejects, is not absence, creates nothing, and passes', async ({ provider, connect, breakSource }) => {
    if (breakSource === undefined) return
    const before = await loadOrCreate(provider)
    const mend = await breakSource()
    const other = await connect()
    await assert.rejects(async () => provider.load(), KeyturnError)
    await assert.rejects(async () => other.load(), KeyturnError)
    await mend()
    assert.deepEqual(idsAndStates(await loadSet(provider)), idsAndStates(before))
  })
}
