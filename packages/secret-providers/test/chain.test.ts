import t from 'tap'
import { chainProviders, createEphemeralProvider, createStaticProvider, type SecretSet } from '../src/index.ts'
import { stage } from '../src/rotation/phases.ts'
import { createScriptedProvider, DAY, NOW, sampleVersion } from './fixtures/samples.ts'

t.test('the first source that has a primary wins, and later ones are not asked', async (t) => {
  const empty = createScriptedProvider(undefined, 'empty')
  const first = createScriptedProvider(sampleSet('first'), 'first')
  const second = createScriptedProvider(sampleSet('second'), 'second')
  const chain = chainProviders([empty, first, second])
  const set = (await chain.load()) as SecretSet
  t.equal(set.origin, 'first')
  t.equal(chain.providerOf(set), first)
  t.equal(second.loads, 0)
})

t.test('a source that does not answer ends the search', async (t) => {
  const down = createScriptedProvider(undefined, 'down')
  down.before = () => {
    throw new Error('no route to host')
  }
  const second = createScriptedProvider(sampleSet('second'), 'second')
  await t.rejects(chainProviders([down, second]).load(), { code: 'KEYTURN_SECRET_SOURCE_UNAVAILABLE', message: /source down is not available: Error\./ })
  t.equal(second.loads, 0)
})

t.test('sources without a primary add what they have, and keep it when the winner is changed', async (t) => {
  const legacy = { secret: sampleVersion().secret, acceptUntil: NOW + DAY }
  const own = { secret: sampleVersion().secret, acceptUntil: NOW + DAY }
  const encryption = sampleVersion()
  const adding = createScriptedProvider({ versions: [], legacySecrets: [legacy], encryptionVersions: [encryption], origin: 'a', warnings: ['mend a'] })
  const winner = createScriptedProvider({ ...sampleSet('winner'), legacySecrets: [own] }, 'winner')
  const chain = chainProviders([adding, winner])
  const set = (await chain.load()) as SecretSet
  t.match(set, { origin: 'winner', legacySecrets: [own, legacy], encryptionVersions: [encryption], warnings: ['mend a'] })

  t.equal(await chain.replace(stage(set, NOW), set), 'replaced')
  t.equal(winner.set?.versions.length, 2)
  t.strictSame(winner.set?.legacySecrets, [own])
  t.equal(winner.set?.encryptionVersions, undefined)
})

t.test('the source that a set came from is the one that is changed', async (t) => {
  const first = createScriptedProvider(sampleSet('first'), 'first')
  const chain = chainProviders([createScriptedProvider(undefined), first])
  const set = (await chain.load()) as SecretSet
  const next = stage(set, NOW)
  t.equal(await chain.replace(next, set), 'replaced')
  t.equal(await chain.replace(stage(next, NOW), next), 'replaced', 'a change can follow a change')
  t.equal(await chain.replace(stage(set, NOW), set), 'conflict')
  await t.rejects(chain.replace(next, sampleSet('foreign')), { name: 'TypeError' })
})

t.test('a read-only winner says so', async (t) => {
  const chain = chainProviders([createStaticProvider({ secret: sampleVersion().secret }), createEphemeralProvider()])
  const set = (await chain.load()) as SecretSet
  await t.rejects(chain.replace(set, set), { code: 'KEYTURN_ROTATION_UNSUPPORTED' })
})

t.test('the first secret is made in the first source that can keep one', async (t) => {
  const readOnly = createStaticProvider({ versions: [sampleVersion()] })
  const first = createScriptedProvider(undefined, 'first')
  const second = createScriptedProvider(undefined, 'second')
  const set = await chainProviders([readOnly, first, second]).create(sampleVersion())
  t.equal(set.origin, 'first')
  t.equal(second.creates, 0)
  await t.rejects(chainProviders([readOnly]).create(sampleVersion()), { code: 'KEYTURN_ROTATION_UNSUPPORTED' })
})

t.test('capabilities are those of its parts; watching and closing reach all of them', async (t) => {
  const memory = createEphemeralProvider()
  const fixed = createStaticProvider({ versions: [sampleVersion()] })
  t.strictSame(chainProviders([fixed]).supports, { create: false, rotate: false, watch: false })
  const chain = chainProviders([memory, fixed])
  t.strictSame(chain.supports, { create: true, rotate: true, watch: true })
  let changes = 0
  const end = chain.watch(() => changes++)
  await memory.create?.(sampleVersion())
  end()
  t.equal(changes, 1)
  await chain.close()
  await t.rejects(memory.load(), { code: 'KEYTURN_SECRET_SOURCE_CLOSED' })
  await t.rejects(fixed.load(), { code: 'KEYTURN_SECRET_SOURCE_CLOSED' })
  t.throws(() => chainProviders([]), TypeError)
})

function sampleSet(origin: string): SecretSet {
  return { versions: [sampleVersion()], origin }
}
