import { createKeyring, createSecretVersion, generateSecret, seal } from '@keyturn/token-crypto'
import t from 'tap'
import { sealedParts } from '../../src/state/sealed-parts.ts'

t.test('sealed bytes are cut where the format says', async (t) => {
  const version = createSecretVersion({ secret: generateSecret(), state: 'primary', createdAt: 0 })
  const keyring = createKeyring({ versions: [version] })
  const plain = Buffer.from('twenty-one bytes long')
  const sealed = seal(keyring, 'session', plain, { kind: 'session', key: Buffer.alloc(32) })
  const parts = sealedParts(sealed)
  t.equal(parts?.keyId, version.id)
  t.equal(parts?.ciphertext.length, plain.length * 2, 'the ciphertext is as long as what it holds')
  t.equal(parts?.tag.length, 32)
  t.equal(Object.values(parts ?? {}).join(''), sealed.toString('hex'), 'nothing is left out')
  t.equal(sealedParts(Buffer.from('not sealed')), undefined)
})
