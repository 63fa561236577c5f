import { Secret } from '@keyturn/token-crypto'
import t from 'tap'
import { createStaticProvider } from '../../src/index.ts'
import { DAY, NOW, sampleText, sampleVersion } from '../fixtures/samples.ts'

t.test('a text and a Secret are the same key', async (t) => {
  const text = sampleText()
  const [fromText, fromSecret] = await Promise.all([
    createStaticProvider({ secret: text }).load(),
    createStaticProvider({ secret: Secret.fromText(text) }).load(),
  ])
  t.equal(fromText?.versions[0]?.id, fromSecret?.versions[0]?.id)
  t.match(fromText, { origin: 'configuration', versions: [{ state: 'primary', createdAt: 0 }] })
})

t.test('versions, encryption versions and legacy secrets are held as they are given', async (t) => {
  const versions = [sampleVersion(), sampleVersion('pending')]
  const encryptionVersions = [sampleVersion()]
  const legacySecrets = [{ secret: sampleVersion().secret, acceptUntil: NOW + DAY }]
  const set = await createStaticProvider({ versions, encryptionVersions, legacySecrets, origin: 'vault' }).load()
  t.strictSame(set?.versions, versions)
  t.match(set, { encryptionVersions, legacySecrets, origin: 'vault' })
})

t.test('wrong options are named together', async (t) => {
  t.throws(() => createStaticProvider({}), { name: 'TypeError', message: /either secret or versions/ })
  t.throws(() => createStaticProvider({ secret: '' }), { message: /secret is empty/ })
  t.throws(() => createStaticProvider({ versions: [], encryptionVersions: [] }), {
    message: /versions has not exactly one primary; encryptionVersions has not exactly one primary/,
  })
})
